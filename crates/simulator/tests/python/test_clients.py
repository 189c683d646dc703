"""Runs the official Python clients `openai` and `anthropic` against simulators and prints what was checked.

Arguments: the addresses of three servers, each like `http://127.0.0.1:1234`:
one that answers everything, one that asks for the key `sk-simulated`, and one that lets one request pass at once and
refills its limit with five requests a second.
"""

import sys

import anthropic
import openai

KEY = "sk-simulated"
MODEL = "simulated:gentle"
checked = 0


def check(what, holds):
    global checked
    assert holds, f"failed: {what}"
    checked += 1
    print(f"ok: {what}")


def raised(kind, call):
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"failed: {kind.__name__} was expected")


def openai_client(url, **settings):
    return openai.OpenAI(base_url=f"{url}/v1", api_key=settings.pop("api_key", KEY), **settings)


def anthropic_client(url, **settings):
    return anthropic.Anthropic(base_url=url, api_key=settings.pop("api_key", KEY), **settings)


def chat(client, question="How far is it to the moon?", **settings):
    messages = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": question}]
    return client.chat.completions.create(model=MODEL, messages=messages, **settings)


def message(client, question="How far is it to the moon?", **settings):
    settings = {"max_tokens": 500, "system": "Be kind.", **settings}
    return client.messages.create(model=MODEL, messages=[{"role": "user", "content": question}], **settings)


def check_openai_chat(url):
    client = openai_client(url)
    answer = chat(client)
    text = answer.choices[0].message.content
    check("openai chat answers", text and answer.choices[0].finish_reason == "stop")
    check("openai chat says that it is simulated", answer.model == MODEL)
    check("openai chat counts tokens", answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens)
    check("openai chat is deterministic", chat(client).choices[0].message.content == text)
    parts = [{"type": "text", "text": "How far is it to the moon?"}]
    check("openai chat reads content parts", chat(client, parts).choices[0].message.content == text)
    several = chat(client, n=3)
    check("openai chat gives several choices", [choice.index for choice in several.choices] == [0, 1, 2])
    cut = chat(client, max_completion_tokens=2)
    check("openai chat is cut at the limit", cut.choices[0].finish_reason == "length" and text.startswith(cut.choices[0].message.content))
    stopped = chat(client, stop=" ")
    check("openai chat stops at the stop text", stopped.choices[0].message.content == text.split(" ")[0])

    chunks = list(chat(client, stream=True, stream_options={"include_usage": True}))
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    check("openai stream has the same text", "".join(pieces) == text and len(pieces) > 3)
    check("openai stream ends with a reason", chunks[-2].choices[0].finish_reason == "stop")
    check("openai stream ends with the usage", chunks[-1].usage.total_tokens == answer.usage.total_tokens)
    error = raised(openai.BadRequestError, lambda: client.chat.completions.create(model=MODEL, messages=[]))
    check("openai bad request is told", error.status_code == 400 and "messages" in str(error))
    error = raised(openai.NotFoundError, lambda: client.files.list())
    check("openai unknown endpoint is told", error.status_code == 404)


def check_openai_responses(url):
    client = openai_client(url)
    answer = client.responses.create(model=MODEL, instructions="Be kind.", input="How far is it to the moon?")
    check("openai responses answer as chat does", answer.output_text == chat(client).choices[0].message.content)
    check("openai responses are complete", answer.status == "completed" and answer.usage.total_tokens > 0)
    cut = client.responses.create(model=MODEL, input="How far is it to the moon?", max_output_tokens=2)
    check("openai responses are cut at the limit", cut.incomplete_details.reason == "max_output_tokens")
    listed = client.responses.create(
        model=MODEL,
        input=[
            {"role": "developer", "content": "Be kind."},
            {"role": "user", "content": [{"type": "input_text", "text": "How far is it to the moon?"}]},
        ],
    )
    check("openai responses read messages", listed.output_text == answer.output_text)
    with client.responses.stream(model=MODEL, instructions="Be kind.", input="How far is it to the moon?") as stream:
        pieces = [event.delta for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()
    check("openai responses stream has the same text", "".join(pieces) == answer.output_text == final.output_text)


def check_openai_others(url):
    client = openai_client(url)
    texts = ["the cat sat on the mat", "a cat sat on a mat", "quarterly revenue grew"]
    vectors = client.embeddings.create(model=MODEL, input=texts)
    plain = client.embeddings.create(model=MODEL, input=texts, encoding_format="float")
    same = all(abs(x - y) < 1e-6 for a, b in zip(vectors.data, plain.data) for x, y in zip(a.embedding, b.embedding))
    check("openai embeddings are the same in both encodings", same and len(vectors.data) == 3)
    near, far = [sum(x * y for x, y in zip(vectors.data[0].embedding, other.embedding)) for other in vectors.data[1:]]
    check("openai embeddings of like texts are near", near > 0.5 > far)
    kind, rude = [client.moderations.create(input=text).results[0] for text in ("What a day!", "You stupid idiot!")]
    check("openai moderation tells the rude from the kind", rude.flagged and not kind.flagged)
    check("openai moderation has scores", rude.category_scores.harassment > 0.8 and rude.categories.harassment)
    check("openai models are listed", MODEL in [model.id for model in client.models.list()])


def check_anthropic(url):
    client = anthropic_client(url)
    answer = message(client)
    text = answer.content[0].text
    check("anthropic message answers", text and answer.stop_reason == "end_turn" and answer.role == "assistant")
    check("anthropic message says that it is simulated", answer.model == MODEL)
    check("anthropic message counts tokens", answer.usage.input_tokens > 0 and answer.usage.output_tokens > 0)
    check("anthropic and openai get the same answer", text == chat(openai_client(url)).choices[0].message.content)
    blocks = [{"type": "text", "text": "Be kind."}]
    check("anthropic message reads blocks", message(client, system=blocks).content[0].text == text)
    check("anthropic message is cut at the limit", message(client, max_tokens=2).stop_reason == "max_tokens")
    messages = [{"role": "user", "content": "How far is it to the moon?"}]
    with client.messages.stream(model=MODEL, max_tokens=500, system="Be kind.", messages=messages) as stream:
        streamed = "".join(stream.text_stream)
        final = stream.get_final_message()
    check("anthropic stream has the same text", streamed == text == final.content[0].text)
    check("anthropic stream ends with reason and usage", final.stop_reason == "end_turn" and final.usage.output_tokens == answer.usage.output_tokens)
    error = raised(anthropic.BadRequestError, lambda: client.messages.create(model=MODEL, max_tokens=5, messages=[]))
    check("anthropic bad request is told", error.body["error"]["type"] == "invalid_request_error")
    check("anthropic models are listed", MODEL in [model.id for model in client.models.list()])


def check_keys(url):
    error = raised(openai.AuthenticationError, lambda: chat(openai_client(url, api_key="wrong")))
    check("openai wrong key is refused", error.status_code == 401 and error.code == "invalid_api_key")
    check("openai right key is taken", chat(openai_client(url)).choices)
    error = raised(anthropic.AuthenticationError, lambda: message(anthropic_client(url, api_key="wrong")))
    check("anthropic wrong key is refused", error.body["error"]["type"] == "authentication_error")
    check("anthropic right key is taken", message(anthropic_client(url)).content)


def check_limits(url):
    hasty = openai_client(url, max_retries=0)

    def drain(call):
        for _ in range(20):
            call()

    error = raised(openai.RateLimitError, lambda: drain(lambda: chat(hasty)))
    headers = error.response.headers
    check("openai limit is told", error.status_code == 429 and error.code == "rate_limit_exceeded")
    check("openai limit says when to come back", int(headers["retry-after"]) == 1 and 0 < int(headers["retry-after-ms"]) <= 200)
    check("openai limit has its headers", headers["x-ratelimit-limit-requests"] == "1" and headers["x-ratelimit-remaining-requests"] == "0")
    check("openai client waits as told", chat(openai_client(url, max_retries=8)).choices)
    hasty = anthropic_client(url, max_retries=0)
    error = raised(anthropic.RateLimitError, lambda: drain(lambda: message(hasty)))
    headers = error.response.headers
    check("anthropic limit is told", error.body["error"]["type"] == "rate_limit_error" and int(headers["retry-after"]) == 1)
    check("anthropic limit has its headers", headers["anthropic-ratelimit-requests-limit"] == "1" and headers["anthropic-ratelimit-requests-reset"].endswith("Z"))
    check("anthropic client waits as told", message(anthropic_client(url, max_retries=8)).content)


def main(plain, keyed, limited):
    check_openai_chat(plain)
    check_openai_responses(plain)
    check_openai_others(plain)
    check_anthropic(plain)
    check_keys(keyed)
    check_limits(limited)
    print(f"checked {checked} things with openai {openai.__version__} and anthropic {anthropic.__version__}")


if __name__ == "__main__":
    main(*sys.argv[1:])
