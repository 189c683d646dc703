use clade_server::Mode;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::{Person, Server, answer, problem, run_file, text};

#[tokio::test]
async fn a_run_is_checked_created_carried_through_and_looked_at() {
    let server = Server::start(Mode::Accounts).await;
    let admin = server.person("admin", false).await;
    server.workspace("north", &admin).await;
    let checked = admin.post("/workspaces/north/runs/check", run_file(300), 200).await;
    assert_eq!(
        (&checked["ok"], &checked["ready"], &checked["examples"]["test"]),
        (&json!(true), &json!(true), &json!(18))
    );
    assert!(admin.get("/workspaces/north/runs").await["items"].as_array().unwrap().is_empty(), "a check makes no run");

    let run = text(&admin.post("/workspaces/north/runs", run_file(300), 201).await["run"]);
    let ended = admin.ended(&run).await;
    assert_eq!((&ended["run"]["status"], &ended["role"]), (&json!("finished"), &json!("admin")), "{ended}");
    let report = admin.get(&format!("/runs/{run}/report")).await;
    assert!(report["evidence"]["n"].as_u64().unwrap() > 0, "{report}");
    assert_eq!(report["spent"]["calls"], ended["run"]["spent"]["calls"]);
    assert!(report["spent"]["calls"].as_u64().unwrap() <= 300);

    let first = checked["first_train"].as_array().unwrap();
    assert_eq!(first.len(), 24);
    for held in ["validation", "test"] {
        let met = admin.get(&format!("/runs/{run}/matrix?split={held}")).await;
        let met = met["examples"].as_array().unwrap();
        assert!(!met.is_empty() && first.iter().all(|example| !met.contains(example)), "{held} examples: {met:?}");
    }

    let all = admin.get(&format!("/runs/{run}/candidates?limit=500&text=1")).await;
    let all = all["items"].as_array().unwrap();
    assert!(all.len() > 1 && all.iter().all(|row| row["prompt"].as_str().unwrap().contains("{{question}}")));
    let best = admin.get(&format!("/runs/{run}/candidates/best")).await;
    let filtered = admin.get(&format!("/runs/{run}/candidates?filter=status%20%3D%20chosen")).await;
    assert_eq!(filtered["items"][0]["id"], best["node"]["id"]);
    let drawn = admin.get(&format!("/runs/{run}/lineage?fold=0")).await;
    assert_eq!(drawn["marks"].as_array().unwrap().len(), all.len());
    assert_eq!((&drawn["best"], &drawn["total"]), (&best["node"]["id"], &json!(all.len())));
    let line = admin.get(&format!("/runs/{run}/lineage/ancestors?of=best")).await;
    assert!(line["items"].as_array().unwrap().iter().all(|node| node["id"] != best["node"]["id"]));
    let path = admin.get(&format!("/runs/{run}/lineage/path?from=seed&to=best")).await;
    assert_eq!(path["items"].as_array().unwrap().last().unwrap()["id"], best["node"]["id"]);
    assert!(!admin.get(&format!("/runs/{run}/lineage/families")).await["items"].as_array().unwrap().is_empty());
    let diff = admin.get(&format!("/runs/{run}/candidates/best/diff?with=seed")).await;
    assert!(diff["components"][0]["runs"].is_array(), "{diff}");

    let trials = admin.get(&format!("/runs/{run}/candidates/seed/trials?split=test&limit=500")).await;
    let trials = trials["items"].as_array().unwrap();
    assert_eq!(trials.len() as u64, report["evidence"]["n"].as_u64().unwrap());
    let trial = admin.get(&format!("/runs/{run}/trials/{}", trials[0]["seq"])).await;
    let sent = trial["request"][0]["content"].as_str().unwrap();
    assert!(sent.contains(trial["vars"]["question"].as_str().unwrap()), "{trial}");
    assert!(!text(&trial["answer"]).is_empty());
    let matrix = admin.get(&format!("/runs/{run}/matrix?split=test&candidates=seed,best")).await;
    assert_eq!(matrix["scores"][0].as_array().unwrap().len(), trials.len());
    let top = admin.get(&format!("/runs/{run}/top?k=3")).await;
    let means: Vec<f64> =
        top["items"].as_array().unwrap().iter().map(|n| n["score"]["mean"].as_f64().unwrap()).collect();
    assert!(means.len() == 3 && means.is_sorted_by(|a, b| a >= b), "{means:?}");
    assert!(admin.get(&format!("/runs/{run}/generations")).await["items"].as_array().unwrap().len() > 1);
    a_workspace_is_asked_as_its_runs_are(&admin, &run).await;
    let curve = admin.get(&format!("/runs/{run}/curve")).await;
    let steps = curve["steps"].as_array().unwrap();
    for axis in ["calls", "tokens", "seconds"] {
        let values: Vec<f64> = steps.iter().map(|step| step[axis].as_f64().unwrap()).collect();
        assert!(values[0] > 0.0 && values.is_sorted(), "{axis}: {values:?}");
    }
    let surest = admin.get(&format!("/runs/{run}/candidates?sort=low&desc=1&limit=500")).await;
    let lows = surest["items"].as_array().unwrap().iter().map(|node| node["score"]["low"].as_f64().unwrap_or(-1.0));
    assert!(lows.is_sorted_by(|a, b| a >= b), "{surest}");
    // a finished run is not started again
    problem(admin.ask(Method::POST, &format!("/runs/{run}/start")), 409, "conflict").await;
    server.stop().await;
}

/// Its candidates and generations, page by page, beside those of each run.
async fn a_workspace_is_asked_as_its_runs_are(admin: &Person, first: &str) {
    let second = text(&admin.post("/workspaces/north/runs", run_file(200), 201).await["run"]);
    admin.ended(&second).await;
    let filter = "score > 0.3 and generation > 0";
    let mut expected = Vec::new();
    for run in [&second, first] {
        let kept = admin.get(&format!("/runs/{run}/candidates?limit=500&filter={filter}")).await;
        expected.extend(kept["items"].as_array().unwrap().iter().map(|node| node["id"].clone()));
    }
    assert!(expected.len() > 3, "{expected:?}");
    for limit in [1, 3, 500] {
        let (mut found, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/workspaces/north/candidates?limit={limit}&filter={filter}{cursor}");
            let page = admin.get(&path).await;
            found.extend(page["items"].as_array().unwrap().iter().map(|node| node["id"].clone()));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(found, expected, "{limit} a page");
    }
    let one = admin.get("/workspaces/north/generations?limit=1").await;
    let rest = admin.get(&format!("/workspaces/north/generations?cursor={}", text(&one["next"]))).await;
    for (history, run) in [(&one["items"][0], second.as_str()), (&rest["items"][0], first)] {
        let own = admin.get(&format!("/runs/{run}/generations")).await;
        let latest = history["latest"].as_u64().unwrap() as usize;
        assert_eq!(history["run"], run);
        assert_eq!(history["generations"].as_array().unwrap()[..], own["items"].as_array().unwrap()[..=latest]);
        assert_eq!(history["best"], admin.get(&format!("/runs/{run}/candidates/best")).await["node"]["id"]);
    }
    let request = admin.ask(Method::GET, "/workspaces/north/candidates?cursor=no-such-run@c1");
    problem(request, 400, "bad_request").await;
}

#[tokio::test]
async fn what_is_wrong_with_a_run_file_is_named_by_line() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    let wrong = |file: Value| problem(me.ask(Method::POST, "/workspaces/local/runs").json(&file), 422, "run_file");
    let mut file = run_file(100);
    file["file"] = json!(text(&file["file"]).replace("optimize:", "optimise:"));
    let found = wrong(file).await;
    let first = &found["problems"][0];
    assert_eq!((&first["file"], &first["line"]), (&json!("promptclade.yaml"), &json!(5)), "{found}");
    assert!(text(&first["fix"]).contains("optimize"));
    // files of the machine are not there
    for path in ["file:///etc/passwd", "file://../../etc/passwd"] {
        let mut file = run_file(100);
        file["file"] = json!(text(&file["file"]).replace("file://data.jsonl", path));
        let found = wrong(file).await.to_string();
        assert!(!found.contains("root:") && !found.contains("/tmp/"), "{found}");
    }
    let mut keyed = run_file(100);
    keyed["file"] = json!(
        text(&keyed["file"]).replace("[simulated:gentle]", "[{id: 'openai:m', config: {apiKey: sk-1234567890}}]")
    );
    let refused = problem(me.ask(Method::POST, "/workspaces/local/runs/check").json(&keyed), 422, "not_here").await;
    assert!(!refused.to_string().contains("sk-1234567890"));
    let poor = wrong(run_file(2)).await;
    assert_eq!(poor["problems"][0]["path"], "optimize.budget.calls", "{poor}");
    assert!(me.get("/workspaces/local/runs").await["items"].as_array().unwrap().is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_request_with_a_key_is_carried_out_once() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    let mut file = run_file(60);
    file["start"] = json!(false);
    let create =
        |file: &Value| me.ask(Method::POST, "/workspaces/local/runs").header("idempotency-key", "k-1").json(file);
    let first = answer(create(&file), 201).await;
    let again = create(&file).send().await.unwrap();
    assert_eq!(again.headers()["idempotent-replayed"], "true");
    assert_eq!(first, again.json::<Value>().await.unwrap());
    file["seed"] = json!(9);
    problem(create(&file), 422, "idempotency").await;
    assert_eq!(me.get("/workspaces/local/runs").await["items"].as_array().unwrap().len(), 1);
    server.stop().await;
}

/// Who edits from the same version as others is first, or is shown what is there; who adds never stands in another's way.
#[tokio::test]
async fn several_people_edit_a_run_at_the_same_moment() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    let mut file = run_file(400);
    file["file"] = json!(
        text(&file["file"]).replace("[simulated:gentle]", "[{id: 'simulated:gentle', config: {latency_ms: 30}}]")
    );
    let run = text(&me.post("/workspaces/local/runs", file, 201).await["run"]);
    while me.get(&format!("/runs/{run}/candidates")).await["items"].as_array().unwrap().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    answer(me.ask(Method::POST, &format!("/runs/{run}/pause")), 202).await;
    assert_eq!(me.ended(&run).await["run"]["status"], "paused");
    let limits = format!("/runs/{run}/budget");
    let tag = format!("\"{}\"", me.get(&limits).await["revision"]);
    let lift = (0..6).map(|n| {
        me.ask(Method::PUT, &limits).header("if-match", tag.clone()).json(&json!({ "calls": 100 + n })).send()
    });
    let (mut there, mut first) = (Vec::new(), Vec::new());
    for answered in futures::future::join_all(lift).await {
        let answered = answered.unwrap();
        let status = answered.status().as_u16();
        let body: Value = answered.json().await.unwrap();
        match status {
            200 => first.push(body),
            412 => there.push(body["current"].clone()),
            other => panic!("{other}: {body}"),
        }
    }
    assert_eq!((first.len(), there.len()), (1, 5));
    assert!(there.iter().all(|shown| *shown == first[0]), "{there:?}");

    let words = (0..6).map(|n| json!({ "parent": "seed", "components": { "user": format!("{n}: {{{{question}}}}") } }));
    let candidates = format!("/runs/{run}/candidates");
    let write = words.map(|written| me.post(&candidates, written, 201));
    let written = futures::future::join_all(write).await;
    let names: std::collections::BTreeSet<String> = written.iter().map(|one| text(&one["candidate"])).collect();
    assert_eq!(names.len(), 6, "{written:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_run_is_paused_given_more_and_taken_up_by_a_later_server() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    let mut file = run_file(400);
    file["file"] = json!(
        text(&file["file"]).replace("[simulated:gentle]", "[{id: 'simulated:gentle', config: {latency_ms: 30}}]")
    );
    let run = text(&me.post("/workspaces/local/runs", file, 201).await["run"]);
    let limits = format!("/runs/{run}/budget");
    let read = me.get(&limits).await;
    let lift = |calls: u32| {
        let tag = format!("\"{}\"", read["revision"]);
        me.ask(Method::PUT, &limits).header("if-match", tag).json(&json!({ "calls": calls }))
    };
    problem(me.ask(Method::PUT, &limits).json(&json!({ "calls": 350 })), 428, "if_match").await;
    let lifted = answer(lift(350), 200).await;
    assert_eq!(lifted, me.get(&limits).await);
    // who looked before somebody else changed it is shown what is there
    let refused = problem(lift(340), 412, "stale").await;
    assert_eq!(
        (&refused["current"]["budget"]["calls"], &refused["current"]["revision"]),
        (&json!(350), &lifted["revision"])
    );
    assert_eq!(refused["sent"], json!({ "revision": read["revision"], "body": { "calls": 340 } }));
    assert_eq!(me.get(&format!("/runs/{run}/spec")).await["optimize"]["budget"]["calls"], 350);
    answer(me.ask(Method::POST, &format!("/runs/{run}/pause")), 202).await;
    let rested = me.ended(&run).await;
    assert_eq!(rested["run"]["status"], "paused", "{rested}");
    answer(me.ask(Method::POST, &format!("/runs/{run}/start")), 202).await;
    problem(me.ask(Method::POST, &format!("/runs/{run}/start")), 409, "conflict").await;

    // the server goes down in the middle, and a later one goes on
    let folder = server.stop().await;
    let server = Server::in_folder(Mode::Single, folder).await;
    let me = server.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    assert_eq!(me.get(&format!("/runs/{run}")).await["run"]["status"], "paused");
    assert_eq!(server.app.resume().await.unwrap(), 1);
    let ended = me.ended(&run).await;
    assert_eq!(ended["run"]["status"], "finished", "{ended}");
    assert!(ended["run"]["spent"]["calls"].as_u64().unwrap() <= 350);
    server.stop().await;
}

#[tokio::test]
async fn runs_of_a_member_share_a_limit() {
    let server = Server::start(Mode::Accounts).await;
    let admin = server.person("admin", false).await;
    server.workspace("north", &admin).await;
    let limit =
        admin.ask(Method::PUT, "/workspaces/north/budget").header("if-match", "\"1\"").json(&json!({ "calls": 200 }));
    answer(limit, 200).await;
    let mut runs = Vec::new();
    for seed in [1, 2] {
        let mut file = run_file(150);
        file["seed"] = json!(seed);
        runs.push(text(&admin.post("/workspaces/north/runs", file, 201).await["run"]));
    }
    let (mut calls, mut stopped) = (0, Vec::new());
    for run in &runs {
        let row = admin.ended(run).await["run"].clone();
        calls += row["spent"]["calls"].as_u64().unwrap();
        stopped.extend((row["status"] == "paused").then(|| text(&row["detail"])));
    }
    assert!(calls <= 200 && calls > 100, "{calls}");
    // whose limit it is, since the run's own is another
    assert!(!stopped.is_empty());
    for detail in stopped {
        assert_eq!(detail, "the workspace's limit on calls is spent; an admin of the workspace raises it");
    }
    server.stop().await;
}

#[tokio::test]
async fn a_run_that_was_deleted_is_in_no_list_and_comes_back() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    let mut file = run_file(60);
    file["start"] = json!(false);
    let run = text(&me.post("/workspaces/local/runs", file, 201).await["run"]);
    let listed = |query: &'static str| {
        let me = me.clone();
        async move { me.get(&format!("/workspaces/local/runs{query}")).await["items"].as_array().unwrap().len() }
    };
    assert_eq!(listed("").await, 1);
    answer(me.ask(Method::DELETE, &format!("/runs/{run}")), 204).await;
    assert_eq!((listed("").await, listed("?deleted=1").await), (0, 1));
    answer(me.ask(Method::POST, &format!("/runs/{run}/restore")), 204).await;
    assert_eq!((listed("").await, listed("?deleted=true").await), (1, 0));
    let audit = me.get("/workspaces/local/audit").await;
    let done: Vec<String> = audit["items"].as_array().unwrap().iter().map(|entry| text(&entry["action"])).collect();
    assert!(done.starts_with(&["run.restore".into(), "run.delete".into(), "run.create".into()]), "{done:?}");
    server.stop().await;
}

#[tokio::test]
async fn an_answer_is_judged_by_the_checks_of_a_run_file() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    let wanted = |checks: &str| {
        json!({
            "file": format!("prompts: [file://p.txt]\nproviders: [simulated:rough]\ntests: file://d.jsonl\ndefaultTest: {{assert: {checks}}}\n"),
            "files": {"p.txt": "Answer. {{q}}", "d.jsonl": "{\"q\": \"one\", \"a\": \"1\"}\n{\"q\": \"two\", \"a\": \"2\"}\n"},
        })
    };
    let right = wanted("[{type: equals, value: '{{a}}', metric: right}, {type: contains, value: '2'}]");
    let judged = |example: u32, answer: &str| json!({"run": right, "example": example, "answer": answer});
    let path = "/workspaces/local/runs/judge";
    let good = me.post(path, judged(1, "2"), 200).await;
    assert_eq!(
        (&good["score"], &good["pass"], &good["vars"]["q"]),
        (&json!(1.0), &json!(true), &json!("two")),
        "{good}"
    );
    let half = me.post(path, judged(1, "it is 2"), 200).await;
    assert_eq!((&half["score"], &half["pass"]), (&json!(0.5), &json!(false)));
    assert_eq!((&half["judgements"][0]["metric"], &half["judgements"][0]["score"]), (&json!("right"), &json!(0.0)));
    assert!(!text(&half["judgements"][0]["reason"]).is_empty(), "{half}");
    let beyond = problem(me.ask(Method::POST, path).json(&judged(2, "2")), 400, "bad_request").await;
    assert!(text(&beyond["fix"]).contains("0 to 1"), "{beyond}");

    let asks = wanted("[{type: contains, value: '{{a}}'}, {type: llm-rubric, value: is short}]");
    let some = me.post(path, json!({"run": asks, "answer": "1"}), 200).await;
    assert_eq!((&some["score"], &some["asks"]), (&Value::Null, &json!(["llm-rubric"])), "{some}");
    assert_eq!(some["judgements"].as_array().unwrap().len(), 1);
    assert!(me.get("/workspaces/local/runs").await["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn warnings_of_a_check_name_files_as_the_user_did() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    let mut wanted = run_file(300);
    let data = text(&wanted["files"]["data.jsonl"]);
    wanted["files"]["data.jsonl"] = json!(format!("{data}{}\n", data.lines().next().unwrap()));
    let checked = me.post("/workspaces/local/runs/check", wanted, 200).await;
    let warnings = checked["warnings"].to_string();
    assert!(warnings.contains("promptclade.yaml") && !warnings.contains("/tmp"), "{warnings}");
}

/// What a path or a body names is refused in the words of the API.
#[tokio::test]
async fn odd_names_are_refused_as_problems() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    for path in ["/runs/%ff", "/workspaces/%ff/runs", "/runs/abcd1234/candidates/%ff"] {
        problem(me.ask(Method::GET, path), 400, "bad_request").await;
    }
    // a word that stands for another run or a candidate, and what a command line takes for an option
    for name in ["last", "best", "seed", "-abc"] {
        let mut file = run_file(60);
        file["run"] = json!(name);
        file["start"] = json!(false);
        let said = problem(me.ask(Method::POST, "/workspaces/local/runs").json(&file), 400, "bad_request").await;
        assert!(text(&said["detail"]).contains(name), "{said}");
    }
    server.stop().await;
}

/// Limits over several runs are on what a ledger counts, and none is below nothing.
#[tokio::test]
async fn limits_that_nobody_could_keep_are_refused() {
    let server = Server::start(Mode::Accounts).await;
    let admin = server.person("admin", false).await;
    server.workspace("north", &admin).await;
    let mut file = run_file(60);
    file["start"] = json!(false);
    let run = text(&admin.post("/workspaces/north/runs", file, 201).await["run"]);
    let over_runs = ["/workspaces/north".to_owned(), format!("/workspaces/north/members/{}", admin.user)];
    for place in over_runs {
        let set = |budget: Value| {
            admin.ask(Method::PUT, &format!("{place}/budget")).header("if-match", "\"1\"").json(&budget)
        };
        for minutes in [0.0, 5.0, -5.0] {
            let refused = problem(set(json!({ "minutes": minutes })), 400, "bad_request").await;
            assert!(text(&refused["detail"]).contains("minutes"), "{refused}");
        }
        problem(set(json!({ "usd": -1 })), 400, "bad_request").await;
        answer(set(json!({ "usd": 0, "calls": 5, "tokens": 100 })), 200).await;
    }
    let limits = format!("/runs/{run}/budget");
    let tag = format!("\"{}\"", admin.get(&limits).await["revision"]);
    for wrong in [json!({ "usd": -1 }), json!({ "minutes": -5 })] {
        problem(admin.ask(Method::PUT, &limits).header("if-match", &tag).json(&wrong), 400, "bad_request").await;
    }
    let shown = admin.get("/workspaces/north").await;
    assert_eq!(shown["budget"], json!({ "usd": 0.0, "calls": 5, "tokens": 100 }));
    server.stop().await;
}

/// What is deleted is looked at and comes back, and nothing is done with it.
#[tokio::test]
async fn nothing_is_done_with_a_run_that_was_deleted_until_it_is_restored() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    let run = text(&me.post("/workspaces/local/runs", run_file(60), 201).await["run"]);
    me.ended(&run).await;
    answer(me.ask(Method::DELETE, &format!("/runs/{run}")), 204).await;
    let deeds = [
        ("start", Value::Null),
        ("branches", json!({ "from": "seed" })),
        ("clone", json!({})),
        ("shares", json!({})),
        ("snapshots", json!({})),
        ("comments", json!({ "text": "still here" })),
        ("candidates/seed/pin", Value::Null),
    ];
    for (deed, body) in deeds {
        let asked = me.ask(Method::POST, &format!("/runs/{run}/{deed}")).json(&body);
        let refused = problem(asked, 409, "conflict").await;
        assert!(text(&refused["fix"]).contains("restore"), "{deed}: {refused}");
    }
    assert_eq!(me.get("/workspaces/local/runs?deleted=1").await["items"].as_array().unwrap().len(), 1);
    me.get(&format!("/runs/{run}/report")).await;
    answer(me.ask(Method::POST, &format!("/runs/{run}/restore")), 204).await;
    me.post(&format!("/runs/{run}/comments"), json!({ "text": "back again" }), 201).await;
    server.stop().await;
}

#[tokio::test]
async fn a_run_that_has_not_begun_says_so_and_one_that_is_over_takes_no_limits() {
    let server = Server::start(Mode::Single).await;
    let me = server.token(clade_domain::UserId::default(), clade_domain::Role::Admin).await;
    let mut file = run_file(60);
    file["start"] = json!(false);
    let run = text(&me.post("/workspaces/local/runs", file, 201).await["run"]);
    let branch = me.ask(Method::POST, &format!("/runs/{run}/branches")).json(&json!({ "from": "seed" }));
    for asked in [branch, me.ask(Method::GET, &format!("/runs/{run}/candidates/seed"))] {
        let refused = problem(asked, 409, "conflict").await;
        assert!(text(&refused["detail"]).contains("no candidates yet"), "{refused}");
        assert!(text(&refused["fix"]).contains("start it"), "{refused}");
    }
    answer(me.ask(Method::POST, &format!("/runs/{run}/start")), 202).await;
    me.ended(&run).await;
    let limits = format!("/runs/{run}/budget");
    let tag = format!("\"{}\"", me.get(&limits).await["revision"]);
    let length = me.get(&format!("/runs/{run}")).await["length"].clone();
    problem(me.ask(Method::PUT, &limits).header("if-match", &tag).json(&json!({ "calls": 900 })), 409, "conflict")
        .await;
    assert_eq!(me.get(&format!("/runs/{run}")).await["length"], length);
    server.stop().await;
}
