use super::*;

async fn run(pacer: &Pacer, calls: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..calls {
        let pass = pacer.admit(100).await;
        pacer.answered(pass, 100);
    }
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn keeps_to_requests_a_minute() {
    let took = run(&Pacer::new(Some(600.0), None, Duration::ZERO), 101).await;
    assert!((9.8..10.3).contains(&took.as_secs_f64()), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn keeps_to_tokens_a_minute() {
    // a tenth of the limit may burst: 10 calls, then 10 a second
    let took = run(&Pacer::new(None, Some(60_000.0), Duration::ZERO), 200).await;
    assert!((9.5..10.5).contains(&took.as_secs_f64()), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn keeps_the_delay_between_calls() {
    let took = run(&Pacer::new(None, None, Duration::from_millis(250)), 9).await;
    assert!((2.0..2.1).contains(&took.as_secs_f64()), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn unlimited_costs_only_the_opening() {
    let pacer = Pacer::new(None, None, Duration::ZERO);
    let took = run(&pacer, 1_000).await;
    assert!(took <= OPENING + Duration::from_millis(5), "{took:?}");
    assert!(pacer.free.load(Relaxed));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_closes_the_gate_for_all_and_teaches_the_rate() {
    let pacer = Pacer::new(None, None, Duration::ZERO);
    run(&pacer, 50).await;
    let refused = pacer.admit(1).await;
    pacer.throttled(refused, Some(Duration::from_secs(1)));
    let before = Instant::now();
    let pass = pacer.admit(1).await;
    pacer.answered(pass, 1);
    assert!(before.elapsed() >= Duration::from_secs(1));
    let rate = pacer.learned_rate().unwrap();
    assert!((42.0..50.0).contains(&rate), "50 answers in about a second: {rate}");
    let took = run(&pacer, 45).await;
    assert!((0.9..1.1).contains(&took.as_secs_f64()), "{took:?}");
}

/// The wait that was told is kept, and what left with the refused one was answered all the same: the rate was not the reason.
#[tokio::test(start_paused = true)]
async fn a_refusal_among_answers_closes_the_gate_and_teaches_nothing() {
    let pacer = Pacer::new(None, None, Duration::ZERO);
    let mut passes = Vec::new();
    for _ in 0..50 {
        passes.push(pacer.admit(1).await);
    }
    pacer.throttled(passes[0], Some(Duration::from_secs(2)));
    passes[1..].iter().for_each(|pass| pacer.answered(*pass, 1));
    let before = Instant::now();
    run(&pacer, 1_000).await;
    assert!((2.0..2.1).contains(&before.elapsed().as_secs_f64()), "{:?}", before.elapsed());
    assert_eq!(pacer.learned_rate(), None);
}

#[tokio::test(start_paused = true)]
async fn a_first_refusal_after_long_is_judged_by_the_last_answers() {
    let pacer = Pacer::new(None, None, Duration::ZERO);
    // nothing goes on for long, then a hundred calls a second
    run(&pacer, 20).await;
    tokio::time::advance(Duration::from_secs(3_600)).await;
    for _ in 0..9_000 {
        run(&pacer, 1).await;
        tokio::time::advance(Duration::from_millis(10)).await;
    }
    assert!(pacer.free.load(Relaxed), "nothing restrains it until then");
    let refused = pacer.admit(1).await;
    pacer.throttled(refused, Some(Duration::from_secs(1)));
    pacer.admit(1).await;
    let rate = pacer.learned_rate().unwrap();
    assert!((85.0..100.0).contains(&rate), "{rate}");
    // turned away again at once: that says nothing of what is borne
    let refused = pacer.admit(1).await;
    pacer.throttled(refused, Some(Duration::from_millis(100)));
    pacer.admit(1).await;
    let again = pacer.learned_rate().unwrap();
    assert!(again < rate && again > 0.85 * rate, "{again} after {rate}");
}

#[tokio::test(start_paused = true)]
async fn refusals_of_requests_under_way_count_once() {
    let pacer = Pacer::new(None, None, Duration::ZERO);
    let mut passes = Vec::new();
    for _ in 0..40 {
        passes.push(pacer.admit(1).await);
    }
    for pass in passes {
        pacer.throttled(pass, None);
    }
    let before = Instant::now();
    pacer.admit(1).await;
    assert!((1.0..1.01).contains(&before.elapsed().as_secs_f64()));
}

/// Makes calls at 100 a second of which every so manieth is refused; returns how long they took.
async fn refuse_every(pacer: &Pacer, nth: u32, calls: u32) -> Duration {
    let start = Instant::now();
    for number in 1..=calls {
        let pass = pacer.admit(1).await;
        tokio::time::advance(Duration::from_millis(10)).await;
        if number.is_multiple_of(nth) { pacer.throttled(pass, None) } else { pacer.answered(pass, 1) }
    }
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn single_refusals_teach_nothing() {
    let pacer = Pacer::new(None, None, Duration::ZERO);
    let took = refuse_every(&pacer, 10, 1_000).await;
    assert!(took < Duration::from_millis(10_100), "{took:?}");
    assert_eq!(pacer.learned_rate(), None);
}

#[tokio::test(start_paused = true)]
async fn refusals_that_a_lower_rate_does_not_end_are_not_of_the_rate() {
    let pacer = Pacer::new(None, None, Duration::ZERO);
    run(&pacer, 100).await;
    for _ in 0..20 {
        let pass = pacer.admit(1).await;
        pacer.throttled(pass, None);
    }
    assert!(pacer.admit(1).await.at.elapsed() < Duration::from_secs(1));
    assert!(pacer.learned_rate().is_some(), "so many in a row are taken for a limit");
    let took = refuse_every(&pacer, 10, 100).await;
    assert_eq!(pacer.learned_rate(), None, "{took:?}");
    assert!(refuse_every(&pacer, 10, 1_000).await < Duration::from_millis(10_100));
}

#[tokio::test(start_paused = true)]
async fn a_learned_rate_is_forgotten_in_time() {
    let pacer = Pacer::new(None, None, Duration::ZERO);
    let pass = pacer.admit(1).await;
    pacer.throttled(pass, Some(Duration::from_secs(1)));
    run(&pacer, 2).await;
    assert!(pacer.learned_rate().is_some());
    tokio::time::advance(Duration::from_secs(60)).await;
    run(&pacer, 2).await;
    assert_eq!(pacer.learned_rate(), None);
}

#[tokio::test(start_paused = true)]
async fn headers_slow_down_before_anything_is_refused() {
    let pacer = Pacer::new(None, None, Duration::ZERO);
    run(&pacer, 200).await;
    let told = ToldLimit { limit: 600.0, remaining: 60.0, reset: Duration::from_secs(54) };
    pacer.told_limits(Some(told), None);
    let took = run(&pacer, 71).await;
    assert!((9.0..11.0).contains(&took.as_secs_f64()), "refill 10 a second, 70 % of it: {took:?}");
    let empty = ToldLimit { limit: 50.0, remaining: 0.0, reset: Duration::from_millis(900) };
    pacer.told_limits(Some(empty), None);
    let before = Instant::now();
    pacer.admit(1).await;
    assert!(before.elapsed() >= Duration::from_millis(900));
}
