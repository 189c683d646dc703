use clade_auth_standin::{AuthSettings, Signer, StandInAuth, hs256};
use clade_domain::Timestamp;
use clade_identity::{IdentityError, Pkce, Supabase, SupabaseSettings, TokenFault};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use crate::oidc::now;

const SECRET: &str = "test-only-secret-at-least-32-characters-long";

fn settings(auth: &StandInAuth) -> SupabaseSettings {
    SupabaseSettings { url: auth.url(), publishable_key: "sb_publishable_test".into(), issuer: None, jwt_secret: None }
}

async fn project(settings_of_auth: AuthSettings) -> (StandInAuth, Supabase) {
    let auth = StandInAuth::start(settings_of_auth).await.unwrap();
    let supabase = Supabase::new(settings(&auth)).unwrap();
    (auth, supabase)
}

fn password(text: &str) -> SecretString {
    SecretString::from(text)
}

fn code(refused: &IdentityError) -> &str {
    match refused {
        IdentityError::Refused { code, .. } => code,
        _ => "",
    }
}

/// The code that a link leads back with.
async fn opened(link: &str) -> String {
    let browser = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let led = browser.get(link).send().await.unwrap();
    let back = Url::parse(led.headers()["location"].to_str().unwrap()).unwrap();
    back.query_pairs().find(|(key, _)| key == "code").unwrap().1.into_owned()
}

const BACK: &str = "http://127.0.0.1:8400/sign-in/supabase/back";

#[tokio::test]
async fn somebody_signs_up_in_again_and_out() {
    let (auth, supabase) = project(AuthSettings::default()).await;
    let pkce = Pkce::new().unwrap();
    let right = password("correct horse");
    let weak = supabase.sign_up("zoe@example.org", &password("short"), "", (&pkce, BACK)).await.unwrap_err();
    assert_eq!((code(&weak), weak.to_string().contains("(length)")), ("weak_password", true));
    let waits = supabase.sign_up("zoe@example.org", &right, "Zoë", (&pkce, BACK)).await.unwrap();
    assert!(waits.is_none(), "the address has to be confirmed first");
    assert_eq!(code(&supabase.sign_in("zoe@example.org", &right).await.unwrap_err()), "email_not_confirmed");
    let back = opened(&auth.mails()[0].link).await;
    assert_eq!(code(&supabase.exchange(&back, &Pkce::new().unwrap()).await.unwrap_err()), "bad_code_verifier");
    let again = supabase.exchange(&back, &pkce).await.unwrap_err();
    assert_eq!(code(&again), "flow_state_not_found", "a code is good once");

    assert_eq!(
        code(&supabase.sign_in("zoe@example.org", &password("wrong")).await.unwrap_err()),
        "invalid_credentials"
    );
    let grant = supabase.sign_in("zoe@example.org", &right).await.unwrap();
    // the first token after a start has its audience in a list, later ones do not
    let (who, until) = supabase.bearer(grant.access.expose_secret(), now()).await.unwrap();
    assert_eq!(
        (who.address.as_deref(), who.name.as_str(), who.issuer.as_str()),
        (Some("zoe@example.org"), "Zoë", &*auth.issuer())
    );
    assert!(supabase.confirms_addresses().await.unwrap() && until.0 > now().0 + 3_500_000);
    let next = supabase.refresh(&grant.refresh).await.unwrap();
    let (same, _) = supabase.bearer(next.access.expose_secret(), now()).await.unwrap();
    assert_eq!(same.subject, who.subject);
    let taken = supabase.sign_up("zoe@example.org", &right, "", (&pkce, BACK)).await.unwrap_err();
    assert_eq!(code(&taken), "user_already_exists");
    supabase.sign_out(&next.access).await.unwrap();
    assert_eq!(code(&supabase.refresh(&next.refresh).await.unwrap_err()), "refresh_token_not_found");
    supabase.sign_out(&next.access).await.unwrap();
}

#[tokio::test]
async fn a_lost_answer_does_no_harm_and_a_stolen_token_ends_its_family() {
    let (_auth, supabase) = project(AuthSettings { autoconfirm: true, ..AuthSettings::default() }).await;
    let pkce = Pkce::new().unwrap();
    let first =
        supabase.sign_up("zoe@example.org", &password("correct horse"), "", (&pkce, BACK)).await.unwrap().unwrap();
    assert!(!supabase.confirms_addresses().await.unwrap());
    let second = supabase.refresh(&first.refresh).await.unwrap();
    let again = supabase.refresh(&first.refresh).await.unwrap();
    assert_eq!(second.refresh.expose_secret(), again.refresh.expose_secret());
    let third = supabase.refresh(&second.refresh).await.unwrap();
    assert_eq!(code(&supabase.refresh(&first.refresh).await.unwrap_err()), "refresh_token_already_used");
    assert_eq!(code(&supabase.refresh(&third.refresh).await.unwrap_err()), "refresh_token_not_found");
    assert!(supabase.bearer(third.access.expose_secret(), now()).await.is_ok(), "until it expires");
}

#[tokio::test]
async fn mails_and_other_providers_lead_back_with_a_code() {
    let (auth, supabase) = project(AuthSettings::default()).await;
    let pkce = Pkce::new().unwrap();
    supabase.magic_link("ada@example.org", &pkce, BACK).await.unwrap();
    let grant = supabase.exchange(&opened(&auth.mails()[0].link).await, &pkce).await.unwrap();
    let (ada, _) = supabase.bearer(grant.access.expose_secret(), now()).await.unwrap();
    supabase.recover("ada@example.org", &pkce, BACK).await.unwrap();
    supabase.recover("nobody@example.org", &pkce, BACK).await.unwrap();
    let mails = auth.mails();
    assert_eq!(mails.iter().map(|mail| mail.kind.as_str()).collect::<Vec<_>>(), ["magiclink", "recovery"]);
    let grant = supabase.exchange(&opened(&mails[1].link).await, &pkce).await.unwrap();
    assert_eq!(supabase.bearer(grant.access.expose_secret(), now()).await.unwrap().0.subject, ada.subject);
    supabase.set_password(&grant.access, &password("correct horse")).await.unwrap();
    let same = supabase.set_password(&grant.access, &password("correct horse")).await.unwrap_err();
    assert_eq!(code(&same), "same_password");
    supabase.sign_in("ada@example.org", &password("correct horse")).await.unwrap();

    let to = supabase.authorize("github", &pkce, BACK).unwrap();
    let grant = supabase.exchange(&opened(&to).await, &pkce).await.unwrap();
    assert_eq!(supabase.bearer(grant.access.expose_secret(), now()).await.unwrap().0.name, "Octo Cat");
    let none = supabase.magic_link("no address", &pkce, BACK).await.unwrap_err();
    assert_eq!(code(&none), "validation_failed");
}

fn claims(auth: &StandInAuth, change: Value) -> Value {
    let until = now().0 / 1_000 + 3_600;
    let mut claims = json!({ "iss": auth.issuer(), "aud": "authenticated", "sub": "6f1c0000-0000-4000-a000-000000000000", "exp": until,
        "role": "authenticated", "email": "zoe@example.org" });
    for (name, value) in change.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

#[tokio::test]
async fn a_shared_secret_counts_only_where_it_was_given() {
    let (auth, plain) = project(AuthSettings::default()).await;
    let older = Supabase::new(SupabaseSettings { jwt_secret: Some(password(SECRET)), ..settings(&auth) }).unwrap();
    let token = hs256(SECRET.as_bytes(), &json!({ "alg": "HS256", "typ": "JWT" }), &claims(&auth, json!({})));
    assert_eq!(plain.bearer(&token, now()).await.unwrap_err(), TokenFault::Algorithm.into());
    assert!(older.bearer(&token, now()).await.is_ok());
    assert!(older.bearer(&auth.token(&claims(&auth, json!({}))), now()).await.is_ok(), "keys count there too");
    let other = hs256(b"another secret that is long enough too", &json!({ "alg": "HS256" }), &claims(&auth, json!({})));
    assert_eq!(older.bearer(&other, now()).await.unwrap_err(), TokenFault::Signature.into());
    let short = SupabaseSettings { jwt_secret: Some(password("short")), ..settings(&auth) };
    assert!(Supabase::new(short).is_err_and(|error| error.to_string().contains("32 characters")));
}

#[tokio::test]
async fn tokens_that_are_of_no_person_of_this_project_are_refused() {
    let (auth, supabase) = project(AuthSettings::default()).await;
    let table = [
        (json!({ "aud": ["authenticated"] }), None),
        (json!({ "aud": "anon" }), Some(TokenFault::Audience { expected: "authenticated".into() })),
        (json!({ "aud": null }), Some(TokenFault::Audience { expected: "authenticated".into() })),
        (json!({ "is_anonymous": true }), Some(TokenFault::Claim("is_anonymous"))),
        (json!({ "role": "service_role" }), Some(TokenFault::Claim("role"))),
        (json!({ "role": "anon" }), Some(TokenFault::Claim("role"))),
        (json!({ "role": "agent" }), None),
        (json!({ "sub": null }), Some(TokenFault::Claim("sub"))),
        (
            json!({ "iss": "https://other.supabase.co/auth/v1" }),
            Some(TokenFault::Issuer { found: "https://other.supabase.co/auth/v1".into(), expected: auth.issuer() }),
        ),
    ];
    for (change, expected) in table {
        let found = supabase.bearer(&auth.token(&claims(&auth, change.clone())), now()).await;
        assert_eq!(found.map(drop), expected.map_or(Ok(()), |fault| Err(fault.into())), "{change}");
    }
}

#[tokio::test]
async fn people_go_on_while_it_is_away_and_keys_change_under_them() {
    let (mut auth, supabase) = project(AuthSettings::default()).await;
    let (begin, token) = (now(), auth.token(&claims(&auth, json!({}))));
    let later = |seconds: i64| Timestamp(begin.0 + seconds * 1_000);
    assert!(supabase.bearer(&token, begin).await.is_ok());
    auth.stop().await;
    for minute in [1, 30, 59] {
        assert!(supabase.bearer(&token, later(minute * 60)).await.is_ok(), "the keys that were read go on to count");
    }
    assert!(matches!(
        supabase.bearer(&token, later(3_700)).await,
        Err(IdentityError::Token(TokenFault::Expired { .. }))
    ));
    let new = supabase.sign_in("zoe@example.org", &password("correct horse")).await.map(drop).unwrap_err();
    assert!(matches!(new, IdentityError::Away { .. }), "{new}");
    let nothing_read = Supabase::new(settings(&auth)).unwrap();
    assert!(matches!(nothing_read.bearer(&token, begin).await, Err(IdentityError::Away { .. })));

    auth.resume().await.unwrap();
    auth.rotate(Signer::es256("second"), false);
    let fresh = auth.token(&claims(&auth, json!({})));
    assert!(supabase.bearer(&fresh, later(3_600)).await.is_ok());
    assert_eq!(
        supabase.bearer(&token, later(3_600)).await.unwrap_err(),
        TokenFault::UnknownKey.into(),
        "it was taken back"
    );
}

#[tokio::test]
async fn what_is_no_project_is_said_so() {
    let auth = StandInAuth::start(AuthSettings::default()).await.unwrap();
    let elsewhere =
        Supabase::new(SupabaseSettings { url: format!("{}/nowhere", auth.url()), ..settings(&auth) }).unwrap();
    let wrong = elsewhere.sign_in("zoe@example.org", &password("correct horse")).await.map(drop).unwrap_err();
    assert!(wrong.to_string().contains("is the url that of the project?"), "{wrong}");
    let supabase = Supabase::new(settings(&auth)).unwrap();
    let found = supabase.look(now()).await.unwrap();
    assert_eq!((found.keys, found.unconfirmed_addresses, found.open), (1, false, true));
}
