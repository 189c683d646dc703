use clade_auth_standin::{Signer, StandInOidc, hs256};
use clade_domain::{Outsider, Timestamp};
use clade_identity::{IdentityError, Oidc, OidcSettings, Pkce, TokenFault};
use reqwest::Url;
use secrecy::SecretString;
use serde_json::{Value, json};

const BACK: &str = "http://127.0.0.1:8400/sign-in/oidc/back";

pub fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp(i64::try_from(since.as_millis()).unwrap())
}

fn settings(provider: &StandInOidc) -> OidcSettings {
    OidcSettings {
        issuer: provider.issuer(),
        client_id: "clade".into(),
        client_secret: Some(SecretString::from("s3cret/+")),
        scopes: vec!["email".into()],
        domains: Vec::new(),
    }
}

fn browser() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// A whole sign-in: begun, carried through by a browser, ended.
async fn sign_in(oidc: &Oidc, now: Timestamp) -> Result<Outsider, IdentityError> {
    let begun = oidc.begin(BACK, now).await?;
    let led = browser().get(&begun.to).send().await.unwrap();
    assert_eq!(led.status(), 303, "{}", led.text().await.unwrap());
    let back = Url::parse(led.headers()["location"].to_str().unwrap()).unwrap();
    let brought = |name: &str| back.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
    assert_eq!(brought("state"), begun.state);
    oidc.end(&brought("code"), &begun.nonce, &begun.pkce, BACK, now).await
}

#[tokio::test]
async fn somebody_signs_in_with_either_kind_of_key() {
    let provider = StandInOidc::start().await.unwrap();
    let oidc = Oidc::new(settings(&provider)).unwrap();
    let who = sign_in(&oidc, now()).await.unwrap();
    let expected = Outsider {
        issuer: provider.issuer(),
        subject: "zoe-1".into(),
        address: Some("zoe@example.org".into()),
        name: "Zoë".into(),
    };
    assert_eq!((who, provider.proof().as_str()), (expected, "basic"));
    provider.rotate(Signer::rs256("second"));
    let oidc = Oidc::new(settings(&provider)).unwrap();
    assert_eq!(sign_in(&oidc, now()).await.unwrap().subject, "zoe-1");
}

#[tokio::test]
async fn an_address_counts_only_where_the_provider_made_sure_of_it() {
    let provider = StandInOidc::start().await.unwrap();
    let oidc = Oidc::new(settings(&provider)).unwrap();
    let table = [
        (json!({ "sub": "1", "email": "A@Example.org", "email_verified": true }), Some("a@example.org")),
        (json!({ "sub": "1", "email": "a@example.org", "email_verified": "true" }), Some("a@example.org")),
        (json!({ "sub": "1", "email": "a@example.org", "email_verified": false }), None),
        (json!({ "sub": "1", "email": "a@example.org" }), None),
    ];
    for (claims, address) in table {
        provider.person(claims.clone());
        assert_eq!(sign_in(&oidc, now()).await.unwrap().address.as_deref(), address, "{claims}");
    }
    // some tell it only at the userinfo endpoint, and an answer about somebody else is none
    provider.person(json!({ "sub": "1" }));
    provider.userinfo(json!({ "sub": "1", "email": "a@example.org", "email_verified": true, "name": "Ada" }));
    let who = sign_in(&oidc, now()).await.unwrap();
    assert_eq!((who.address.as_deref(), who.name.as_str()), (Some("a@example.org"), "Ada"));
    provider.userinfo(json!({ "sub": "2", "email": "eve@example.org", "email_verified": true }));
    assert_eq!(sign_in(&oidc, now()).await.unwrap().address, None);
}

#[tokio::test]
async fn only_addresses_of_the_domains_are_let_in() {
    let provider = StandInOidc::start().await.unwrap();
    let oidc = Oidc::new(OidcSettings { domains: vec!["Example.org".into()], ..settings(&provider) }).unwrap();
    assert!(sign_in(&oidc, now()).await.is_ok());
    for claims in [
        json!({ "sub": "1", "email": "eve@evil.example", "email_verified": true }),
        json!({ "sub": "1", "email": "eve@sub.example.org", "email_verified": true }),
        json!({ "sub": "1", "email": "eve@example.org", "email_verified": false }),
        json!({ "sub": "1" }),
    ] {
        provider.person(claims.clone());
        let refused = sign_in(&oidc, now()).await.unwrap_err();
        assert!(matches!(&refused, IdentityError::Refused { code, .. } if code == "domain"), "{claims}: {refused}");
    }
}

/// Makes a token out of what it should say and the provider's keys.
type Forge = fn(&Value, &[Signer]) -> String;

fn with(claims: &Value, change: Value) -> Value {
    let mut claims = claims.clone();
    for (name, value) in change.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    use TokenFault as F;
    let claim = |name| IdentityError::Token(F::Claim(name));
    let table: Vec<(&str, Forge, IdentityError)> = vec![
        (
            "unsigned",
            |c, s| {
                let token = s[0].token_with(&json!({ "alg": "none", "kid": "first" }), c);
                format!("{}.", token.rsplit_once('.').unwrap().0)
            },
            F::Algorithm.into(),
        ),
        (
            "the public key as a secret",
            |c, s| hs256(&s[0].public_bytes(), &json!({ "alg": "HS256", "kid": "first" }), c),
            F::Algorithm.into(),
        ),
        (
            "a published secret",
            |c, _| hs256(b"secret", &json!({ "alg": "HS256", "kid": "shared" }), c),
            F::Algorithm.into(),
        ),
        (
            "a published secret under another name",
            |c, _| hs256(b"secret", &json!({ "alg": "ES256", "kid": "shared" }), c),
            F::UnknownKey.into(),
        ),
        (
            "another algorithm than the key's",
            |c, s| s[0].token_with(&json!({ "alg": "RS256", "kid": "first" }), c),
            F::Algorithm.into(),
        ),
        ("another key of the same id", |c, _| Signer::es256("first").token(c), F::Signature.into()),
        ("an unknown key", |c, _| Signer::es256("mine").token(c), F::UnknownKey.into()),
        ("no key named", |c, s| s[0].token_with(&json!({ "alg": "ES256" }), c), F::UnknownKey.into()),
        (
            "a key that the token brings along",
            |c, _| {
                let mine = Signer::es256("mine");
                mine.token_with(&json!({ "alg": "ES256", "kid": "mine", "jwk": mine.published() }), c)
            },
            F::UnknownKey.into(),
        ),
        (
            "an extension that has to be understood",
            |c, s| s[0].token_with(&json!({ "alg": "ES256", "kid": "first", "crit": ["b64"] }), c),
            F::Malformed.into(),
        ),
        (
            "another payload",
            |c, s| {
                let (good, other) = (s[0].token(c), s[0].token(&with(c, json!({ "sub": "eve" }))));
                let (other, _) = other.rsplit_once('.').unwrap();
                format!("{other}.{}", good.rsplit_once('.').unwrap().1)
            },
            F::Signature.into(),
        ),
        ("no signature", |c, s| format!("{}.", s[0].token(c).rsplit_once('.').unwrap().0), F::Signature.into()),
        ("no token", |_, _| "opaque".into(), F::Malformed.into()),
        ("another nonce", |c, s| s[0].token(&with(c, json!({ "nonce": "mine" }))), claim("nonce")),
        ("no nonce", |c, s| s[0].token(&with(c, json!({ "nonce": null }))), claim("nonce")),
        ("for somebody else too", |c, s| s[0].token(&with(c, json!({ "aud": ["clade", "them"] }))), claim("azp")),
        ("for somebody else in the first place", |c, s| s[0].token(&with(c, json!({ "azp": "them" }))), claim("azp")),
        (
            "for somebody else",
            |c, s| s[0].token(&with(c, json!({ "aud": "them" }))),
            F::Audience { expected: "clade".into() }.into(),
        ),
        ("expired", |c, s| s[0].token(&with(c, json!({ "exp": 1_000 }))), F::Expired { seconds: 0 }.into()),
        ("no subject", |c, s| s[0].token(&with(c, json!({ "sub": "" }))), claim("sub")),
    ];
    let provider = StandInOidc::start().await.unwrap();
    for (what, forge, expected) in table {
        // keys are asked for again only after a while, so each has a client of its own
        let oidc = Oidc::new(settings(&provider)).unwrap();
        provider.mint(forge);
        let refused = sign_in(&oidc, now()).await.unwrap_err();
        let same = match (&refused, &expected) {
            (IdentityError::Token(F::Expired { .. }), IdentityError::Token(F::Expired { .. })) => true,
            _ => refused == expected,
        };
        assert!(same, "{what}: {refused:?}");
    }
    // the same without any of that
    let oidc = Oidc::new(settings(&provider)).unwrap();
    for good in [
        (|c: &Value, s: &[Signer]| s[0].token(c)) as Forge,
        |c, s| s[0].token(&with(c, json!({ "aud": ["clade"] }))),
        |c, s| s[0].token(&with(c, json!({ "aud": ["clade", "them"], "azp": "clade" }))),
    ] {
        provider.mint(good);
        assert_eq!(sign_in(&oidc, now()).await.unwrap().subject, "zoe-1");
    }
}

#[tokio::test]
async fn a_code_is_worth_nothing_to_others() {
    let provider = StandInOidc::start().await.unwrap();
    let oidc = Oidc::new(settings(&provider)).unwrap();
    let begun = oidc.begin(BACK, now()).await.unwrap();
    let led = browser().get(&begun.to).send().await.unwrap();
    let back = Url::parse(led.headers()["location"].to_str().unwrap()).unwrap();
    let code = back.query_pairs().find(|(key, _)| key == "code").unwrap().1.into_owned();
    let refused = oidc.end(&code, &begun.nonce, &Pkce::new().unwrap(), BACK, now()).await.unwrap_err();
    assert!(
        matches!(&refused, IdentityError::Refused { status: 400, code, .. } if code == "invalid_grant"),
        "{refused}"
    );
    let refused = oidc.end(&code, &begun.nonce, &begun.pkce, BACK, now()).await.unwrap_err();
    assert!(refused.to_string().contains("used or was never given"), "{refused}");
}

#[tokio::test]
async fn a_client_proves_itself_as_the_provider_wants() {
    let provider = StandInOidc::start().await.unwrap();
    provider.says(json!({ "token_endpoint_auth_methods_supported": ["client_secret_post"] }));
    let oidc = Oidc::new(settings(&provider)).unwrap();
    sign_in(&oidc, now()).await.unwrap();
    assert_eq!(provider.proof(), "body");
    let wrong = OidcSettings { client_secret: Some(SecretString::from("guess")), ..settings(&provider) };
    let refused = sign_in(&Oidc::new(wrong).unwrap(), now()).await.unwrap_err();
    assert!(refused.to_string().contains("does not prove itself"), "{refused}");
}

#[tokio::test]
async fn new_keys_are_asked_for_and_made_up_ones_are_not() {
    let provider = StandInOidc::start().await.unwrap();
    let oidc = Oidc::new(settings(&provider)).unwrap();
    let begin = now();
    let later = |seconds: i64| Timestamp(begin.0 + seconds * 1_000);
    sign_in(&oidc, later(0)).await.unwrap();
    sign_in(&oidc, later(1)).await.unwrap();
    assert_eq!(provider.reads(), 1, "they are kept");
    provider.mint(|claims, _| Signer::es256("made-up").token(claims));
    for second in 1..30 {
        assert_eq!(sign_in(&oidc, later(second)).await.unwrap_err(), TokenFault::UnknownKey.into());
    }
    assert_eq!(provider.reads(), 3, "every ten seconds at most");
    provider.rotate(Signer::es256("second"));
    provider.mint(|claims, signers| signers[0].token(claims));
    sign_in(&oidc, later(31)).await.unwrap();
    assert_eq!(provider.reads(), 4);
    sign_in(&oidc, later(120)).await.unwrap();
    assert_eq!(provider.reads(), 4);
}

/// A clock that is five minutes off does no harm where tokens only expire, and is named where one says from when on it is good.
#[tokio::test]
async fn a_clock_that_is_wrong_is_named() {
    let provider = StandInOidc::start().await.unwrap();
    let oidc = Oidc::new(settings(&provider)).unwrap();
    provider.ahead(300);
    sign_in(&oidc, now()).await.unwrap();
    provider.mint(|claims, signers| signers[0].token(&with(claims, json!({ "nbf": claims["iat"] }))));
    let refused = sign_in(&oidc, now()).await.unwrap_err();
    assert!(refused.to_string().contains("compare this machine's clock with the provider's"), "{refused}");
    // the other way round a token of five minutes is over when it comes
    provider.ahead(0);
    provider.mint(|claims, signers| signers[0].token(claims));
    let later = Timestamp(now().0 + 361_000);
    let refused = sign_in(&oidc, later).await.unwrap_err();
    assert!(refused.to_string().contains("compare this machine's clock where that was just done"), "{refused}");
    assert!(oidc.look(later).await.unwrap().ahead_ms.is_some_and(|ahead| ahead < -359_000));
}

#[tokio::test]
async fn a_provider_that_is_away_or_wrong_is_said() {
    let mut provider = StandInOidc::start().await.unwrap();
    let table = [
        (json!({ "issuer": "https://other.example" }), "it calls itself `https://other.example`"),
        (json!({ "token_endpoint": null }), "it names no token_endpoint"),
        (json!({ "jwks_uri": "http://id.example.org/keys" }), "is not reached by https"),
    ];
    for (about, says) in table {
        provider.says(about);
        let oidc = Oidc::new(settings(&provider)).unwrap();
        let wrong = oidc.begin(BACK, now()).await.map(drop).unwrap_err();
        assert!(matches!(wrong, IdentityError::Wrong { .. }) && wrong.to_string().contains(says), "{wrong}");
    }
    provider.says(json!({}));
    let oidc = Oidc::new(settings(&provider)).unwrap();
    let found = oidc.look(now()).await.unwrap();
    assert_eq!(found.keys, 1, "those that sign in a way that is accepted");
    assert!(found.ahead_ms.is_some_and(|ahead| ahead.abs() < 5_000), "{found:?}");
    provider.stop().await;
    let away = Oidc::new(settings(&provider)).unwrap().begin(BACK, now()).await.map(drop).unwrap_err();
    assert!(matches!(away, IdentityError::Away { .. }), "{away}");
}
