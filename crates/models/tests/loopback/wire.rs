//! Every provider against a real server on loopback: what is sent, and how answers are read.

use crate::support::{KEY, Reply, Server, client, context, openai, question, settings, spec};
use clade_domain::{Budget, ChatMessage, ChatRequest, FinishReason, MessageRole, Sampling, Usage};
use clade_models::{ModelError, Stack};
use serde_json::{Value, json};

fn conversation() -> ChatRequest {
    ChatRequest {
        messages: vec![
            ChatMessage::new(MessageRole::System, "Be brief."),
            ChatMessage::new(MessageRole::User, "1+1?"),
            ChatMessage::new(MessageRole::Assistant, "2"),
            ChatMessage::new(MessageRole::User, "2+2?"),
        ],
        sampling: Sampling {
            temperature: Some(0.5),
            top_p: Some(0.9),
            max_tokens: Some(64),
            stop: vec!["END".into()],
            seed: Some(3),
        },
        json_schema: Some(json!({"type": "object"})),
    }
}

async fn one(
    id: &str,
    config: Value,
    reply: Value,
    request: &ChatRequest,
) -> (crate::support::Asked, clade_domain::ChatAnswer) {
    let server = Server::start(move |_| Reply::json(200, &reply)).await;
    let answer = client(id, &server.url, config).chat(request, context()).await.unwrap();
    (server.asked().remove(0), answer)
}

fn usage(input: u64, output: u64, cache_read: u64, cache_write: u64) -> Usage {
    Usage { input, output, cache_read, cache_write }
}

#[tokio::test]
async fn openai_chat() {
    let config = json!({"frequency_penalty": 0.1, "passthrough": {"logprobs": true}, "organization": "org", "headers": {"X-Team": "a", "X-Auth-Token": "t-${OPENAI_API_KEY}"}});
    let (asked, answer) = one("openai:chat:gpt-4o-mini", config, openai("4"), &conversation()).await;
    assert_eq!(asked.path, "/chat/completions");
    assert_eq!(asked.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!((asked.header("openai-organization"), asked.header("x-team")), (Some("org"), Some("a")));
    assert_eq!(asked.header("x-auth-token"), Some(format!("t-{KEY}").as_str()));
    assert_eq!(
        asked.body,
        json!({
            "model": "gpt-4o-mini",
            "messages": [
                {"role": "system", "content": "Be brief."}, {"role": "user", "content": "1+1?"},
                {"role": "assistant", "content": "2"}, {"role": "user", "content": "2+2?"}
            ],
            "temperature": 0.5, "top_p": 0.9, "max_tokens": 64, "stop": ["END"], "seed": 3,
            "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "strict": false, "schema": {"type": "object"}}},
            "frequency_penalty": 0.1, "logprobs": true
        })
    );
    assert_eq!((answer.text.as_str(), answer.finish, answer.cached), ("4", FinishReason::Stop, false));
    assert_eq!(answer.usage, usage(10, 5, 4, 0));
}

#[tokio::test]
async fn openai_reasoning_models_get_what_they_take() {
    let config = json!({"reasoning_effort": "low"});
    let (asked, _) = one("openai:gpt-5-mini", config, openai("4"), &conversation()).await;
    for absent in ["temperature", "top_p", "stop", "max_tokens"] {
        assert!(asked.body.get(absent).is_none(), "{absent}");
    }
    assert_eq!(asked.body["max_completion_tokens"], 64);
    assert_eq!(asked.body["reasoning_effort"], "low");
}

#[tokio::test]
async fn openai_responses() {
    let reply = json!({
        "id": "r", "status": "completed", "error": null, "incomplete_details": null,
        "output": [
            {"type": "reasoning", "summary": []},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "4 END 5", "annotations": []}]}
        ],
        "usage": {"input_tokens": 20, "output_tokens": 9, "input_tokens_details": {"cached_tokens": 8}, "total_tokens": 29}
    });
    let config = json!({"reasoning_effort": "high"});
    let (asked, answer) = one("openai:responses:gpt-4o-mini", config, reply, &conversation()).await;
    assert_eq!(asked.path, "/responses");
    assert_eq!(asked.body["input"][3], json!({"role": "user", "content": "2+2?"}));
    assert_eq!((&asked.body["max_output_tokens"], &asked.body["store"]), (&json!(64), &json!(false)));
    assert_eq!(asked.body["reasoning"], json!({"effort": "high"}));
    assert_eq!(asked.body["text"]["format"]["type"], "json_schema");
    assert!(asked.body.get("stop").is_none() && asked.body.get("seed").is_none());
    assert_eq!((answer.text.as_str(), answer.usage), ("4 ", usage(20, 9, 8, 0)));
}

#[tokio::test]
async fn anthropic() {
    let reply = json!({
        "id": "m", "type": "message", "role": "assistant", "stop_reason": "max_tokens",
        "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "4"}],
        "usage": {"input_tokens": 10, "output_tokens": 5, "cache_read_input_tokens": 100, "cache_creation_input_tokens": 20}
    });
    let (asked, answer) = one("anthropic:messages:claude-haiku-4-5", json!({}), reply.clone(), &conversation()).await;
    assert_eq!(asked.path, "/v1/messages");
    assert_eq!((asked.header("x-api-key"), asked.header("anthropic-version")), (Some(KEY), Some("2023-06-01")));
    assert_eq!(
        asked.body,
        json!({
            "model": "claude-haiku-4-5", "max_tokens": 64,
            "system": [{"type": "text", "text": "Be brief."}],
            "messages": [
                {"role": "user", "content": "1+1?"}, {"role": "assistant", "content": "2"}, {"role": "user", "content": "2+2?"}
            ],
            "temperature": 0.5, "top_p": 0.9, "stop_sequences": ["END"],
            "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}
        })
    );
    assert_eq!((answer.text.as_str(), answer.finish), ("4", FinishReason::Length));
    assert_eq!(answer.usage, usage(130, 5, 100, 20));
    let (asked, _) = one("anthropic:claude-sonnet-5", json!({}), reply, &conversation()).await;
    assert!(asked.body.get("temperature").is_none() && asked.body.get("top_p").is_none(), "this model refuses them");
}

#[tokio::test]
async fn anthropic_marks_a_long_prefix_once_it_comes_again() {
    let server = Server::start(|_| Reply::json(200, &json!({"content": [{"type": "text", "text": "ok"}]}))).await;
    let client = client("anthropic:claude-sonnet-5", &server.url, json!({}));
    let long = "rule ".repeat(2_000);
    let ask = |question: &str| {
        ChatRequest::messages(vec![
            ChatMessage::new(MessageRole::System, long.clone()),
            ChatMessage::new(MessageRole::User, question),
        ])
    };
    for question in ["a", "b", "c"] {
        client.chat(&ask(question), context()).await.unwrap();
    }
    let marks: Vec<bool> =
        server.asked().iter().map(|asked| asked.body["system"][0].get("cache_control").is_some()).collect();
    assert_eq!(marks, [false, true, true]);
}

#[tokio::test]
async fn gemini() {
    let reply = json!({
        "candidates": [{"content": {"role": "model", "parts": [{"text": "hm", "thought": true}, {"text": "4"}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 2, "thoughtsTokenCount": 7, "cachedContentTokenCount": 3}
    });
    let (asked, answer) = one("google:gemini-2.5-flash", json!({"topK": 4}), reply, &conversation()).await;
    assert_eq!(asked.path, "/v1beta/models/gemini-2.5-flash:generateContent");
    assert_eq!(asked.header("x-goog-api-key"), Some(KEY));
    assert_eq!(
        asked.body,
        json!({
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "contents": [
                {"role": "user", "parts": [{"text": "1+1?"}]}, {"role": "model", "parts": [{"text": "2"}]},
                {"role": "user", "parts": [{"text": "2+2?"}]}
            ],
            "generationConfig": {
                "temperature": 0.5, "topP": 0.9, "topK": 4, "maxOutputTokens": 64, "stopSequences": ["END"], "seed": 3,
                "responseMimeType": "application/json", "responseJsonSchema": {"type": "object"}
            }
        })
    );
    assert_eq!((answer.text.as_str(), answer.usage), ("4", usage(10, 9, 3, 0)));
}

#[tokio::test]
async fn ollama() {
    let reply = json!({"message": {"role": "assistant", "content": "4"}, "done": true, "done_reason": "stop", "prompt_eval_count": 26, "eval_count": 3});
    let config = json!({"num_ctx": 8192, "keep_alive": "5m"});
    let (asked, answer) = one("ollama:chat:qwen3:8b", config, reply, &conversation()).await;
    assert_eq!(asked.path, "/api/chat");
    assert_eq!(asked.header("authorization"), None);
    assert_eq!(
        (&asked.body["model"], &asked.body["stream"], &asked.body["keep_alive"]),
        (&json!("qwen3:8b"), &json!(false), &json!("5m"))
    );
    assert_eq!(
        asked.body["options"],
        json!({"num_ctx": 8192, "temperature": 0.5, "top_p": 0.9, "num_predict": 64, "stop": ["END"], "seed": 3})
    );
    assert_eq!(asked.body["format"], json!({"type": "object"}));
    assert_eq!((answer.text.as_str(), answer.usage, answer.cost.unwrap().0), ("4", usage(26, 3, 0, 0), 0.0));
}

#[tokio::test]
async fn vectors() {
    let openai = json!({"data": [{"index": 1, "embedding": [3.0, 4.0]}, {"index": 0, "embedding": [1.0, 2.0]}], "usage": {"prompt_tokens": 7}});
    let ollama = json!({"embeddings": [[1.0, 2.0], [3.0, 4.0]], "prompt_eval_count": 7});
    for (id, reply, path) in [
        ("openai:embedding:text-embedding-3-small", openai, "/embeddings"),
        ("ollama:embedding:nomic-embed-text", ollama, "/api/embed"),
    ] {
        let server = Server::start(move |_| Reply::json(200, &reply)).await;
        let texts = ["a".to_owned(), "b".to_owned()];
        let client = client(id, &server.url, json!({"inputCost": 1e-6, "outputCost": 0}));
        let (vectors, used, cost) = client.embed(&texts, context()).await.unwrap();
        assert_eq!((vectors, used), (vec![vec![1.0, 2.0], vec![3.0, 4.0]], usage(7, 0, 0, 0)));
        assert!((cost.unwrap().0 - 7e-6).abs() < 1e-12);
        assert_eq!(server.asked()[0].path, path);
        assert!(matches!(client.chat(&question(), context()).await, Err(ModelError::Permanent { .. })));
    }
}

#[tokio::test]
async fn verdicts() {
    let reply =
        json!({"results": [{"flagged": true, "category_scores": {"hate": 0.1, "violence": 0.9, "self-harm": null}}]});
    let server = Server::start(move |_| Reply::json(200, &reply)).await;
    let client = client("openai:moderation:omni-moderation-latest", &server.url, json!({}));
    let scores = client.moderate("text", context()).await.unwrap();
    assert_eq!(scores, [("violence".to_owned(), 0.9), ("hate".to_owned(), 0.1)]);
    assert_eq!(server.asked()[0].body, json!({"model": "omni-moderation-latest", "input": "text"}));
}

#[tokio::test]
async fn a_refusal_is_an_answer_with_its_price() {
    let cases = [
        (
            "openai:chat:m",
            json!({"choices": [{"message": {"content": null, "refusal": "I will not"}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 7, "completion_tokens": 3}}),
            "I will not",
        ),
        (
            "openai:chat:m",
            json!({"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}],
                "usage": {"prompt_tokens": 7, "completion_tokens": 3}}),
            "[withheld: content filter]",
        ),
        (
            "openai:responses:m",
            json!({"status": "completed", "output": [{"type": "message", "content": [{"type": "refusal", "refusal": "no"}]}],
                "usage": {"input_tokens": 7, "output_tokens": 3}}),
            "no",
        ),
        (
            "anthropic:claude-haiku-4-5",
            json!({"content": [], "stop_reason": "refusal", "usage": {"input_tokens": 7, "output_tokens": 3}}),
            "[withheld: refusal]",
        ),
        (
            "google:g",
            json!({"promptFeedback": {"blockReason": "SAFETY"},
                "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 3}}),
            "[withheld: the prompt is blocked, SAFETY]",
        ),
        (
            "google:g",
            json!({"candidates": [{"finishReason": "SAFETY"}],
                "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 3}}),
            "[withheld: SAFETY]",
        ),
    ];
    for (id, reply, said) in cases {
        let server = Server::start(move |_| Reply::json(200, &reply)).await;
        let answer = client(id, &server.url, json!({})).chat(&question(), context()).await.unwrap();
        assert_eq!((answer.text.as_str(), answer.finish), (said, FinishReason::ContentFilter), "{id}");
        assert_eq!(answer.usage, usage(7, 3, 0, 0), "{id}");
        assert_eq!(server.count(), 1, "{id}");
    }
}

#[tokio::test]
async fn missing_usage_is_estimated() {
    let reply = json!({"choices": [{"message": {"content": "12345678"}}]});
    let (_, answer) = one("openai:chat:m", json!({}), reply, &ChatRequest::user("1234")).await;
    assert_eq!(answer.usage, usage(5, 2, 0, 0));
}

#[tokio::test]
async fn models_of_one_id_have_each_the_key_of_its_label() {
    let server = Server::start(|_| Reply::json(200, &openai("42"))).await;
    let mut settings = settings(Budget::default());
    for (name, key) in
        [("one", "key-of-the-first-one"), ("two", "key-of-the-second-one"), ("openai:m", "key-of-the-id")]
    {
        settings.keys.insert(name.to_owned(), key.to_owned().into());
    }
    let stack = Stack::new(settings);
    for (label, key) in
        [("one", "key-of-the-first-one"), ("two", "key-of-the-second-one"), ("", "key-of-the-id"), ("other", KEY)]
    {
        let mut spec = spec("openai:m", &server.url, json!({}));
        spec.label = label.to_owned();
        stack.build(&spec).unwrap().chat(&question(), context()).await.unwrap();
        assert_eq!(
            server.asked().last().unwrap().header("authorization"),
            Some(format!("Bearer {key}").as_str()),
            "{label}"
        );
    }
}
