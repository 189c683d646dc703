"""supabase-py against a project: judge_supabase.py URL PUBLISHABLE_KEY SERVICE_TOKEN SERVER RUN

With `-` as SERVER only Auth is judged: signing up must need no mail there.
The assertions about Auth are those that passed against the real server.
"""

import json
import os
import sys
import urllib.request

from postgrest.exceptions import APIError
from supabase import ClientOptions, create_client
from supabase_auth.errors import AuthApiError, AuthWeakPasswordError

URL, KEY, SERVICE, SERVER, RUN = sys.argv[1:]
PASSWORD = "correct horse battery"
EMAIL = f"py-{os.getpid()}@example.org"


def client():
    return create_client(URL, KEY, ClientOptions(schema="promptclade", auto_refresh_token=False, persist_session=False))


def fails(work, kind, status, code):
    try:
        work()
    except kind as error:
        assert (error.status, error.code) == (status, code), (error.status, error.code)
        return error
    raise AssertionError(f"expected {code}")


def refused(work, code):
    try:
        work()
    except APIError as error:
        assert error.code == code, error
        return
    raise AssertionError(f"expected {code}")


def ask(path, token, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{SERVER}/api/v1{path}", data=data, headers=headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


zoe = client()
up = zoe.auth.sign_up({"email": EMAIL, "password": PASSWORD, "options": {"data": {"display_name": "Zoë"}}})
assert up.user.email == EMAIL
fails(lambda: client().auth.sign_up({"email": EMAIL, "password": PASSWORD}), AuthApiError, 422, "user_already_exists")
wrong = {"email": EMAIL, "password": "wrong password"}
fails(lambda: client().auth.sign_in_with_password(wrong), AuthApiError, 400, "invalid_credentials")
weak = {"email": f"weak-{EMAIL}", "password": "x"}
assert fails(lambda: client().auth.sign_up(weak), AuthWeakPasswordError, 422, "weak_password").reasons == ["length"]
first = zoe.auth.sign_in_with_password({"email": EMAIL, "password": PASSWORD}).session
second = zoe.auth.refresh_session().session
assert second.refresh_token != first.refresh_token
claims = zoe.auth.get_claims()
assert claims["claims"]["sub"] == up.user.id


def rows():
    assert zoe.table("runs").select("id").execute().data == []
    me = ask("/session", second.access_token)["user"]
    ask("/workspaces/north/members", os.environ["CLADE_KEEPER"], {"login": me["login"], "role": "user"})
    assert zoe.table("runs").select("id").execute().data == [{"id": RUN}]
    assert zoe.table("events").select("seq", count="exact").execute().count > 10
    assert any(person["me"] and person["id"] == me["id"] for person in zoe.rpc("people").execute().data)
    comment = {"kind": "comment", "parent": RUN, "body": json.dumps({"text": "from Python"})}
    assert len(zoe.table("records").insert(comment).execute().data) == 1
    seen = ask(f"/runs/{RUN}/comments", second.access_token)["items"]
    assert any(one["text"] == "from Python" and one["by"] == me["id"] for one in seen)
    number = zoe.table("runs").select("no").execute().data[0]["no"]
    assert zoe.table("snapshots").insert({"run": number, "name": "from-python"}).execute().data[0]["name"] == "from-python"
    refused(lambda: zoe.table("snapshots").delete().eq("run", number).execute(), "42501")
    refused(lambda: zoe.table("runs").delete().eq("id", RUN).execute(), "42501")
    refused(lambda: zoe.table("answers").select("*").execute(), "42501")
    promotion = {"body": json.dumps({"role": "admin"})}
    assert zoe.table("records").update(promotion).eq("kind", "member").execute().data == []
    assert zoe.table("records").select("*").in_("kind", ["user", "token", "provider key"]).execute().data == []
    refused(lambda: client().table("runs").select("*").execute(), "42501")


# a real project has no run of ours
if SERVER != "-":
    rows()

zoe.auth.sign_out()
fails(lambda: client().auth.refresh_session(second.refresh_token), AuthApiError, 400, "refresh_token_not_found")
print("judged by supabase-py")
