"""The official driver reads the graph that `it_explains_itself` has left: nodes, relationships, constraints."""

import sys

from neo4j import GraphDatabase
from neo4j.exceptions import AuthError

url, user, password = sys.argv[1:]

with GraphDatabase.driver(url, auth=(user, password)) as driver:
    def ask(statement, **parameters):
        return [record.data() for record in driver.execute_query(statement, **parameters).records]

    prompts = ask("MATCH (p:Prompt)-[:IN_RUN]->(r:Run) RETURN p.id AS id, r.id AS run, p.score AS score ORDER BY id")
    assert [row["id"] for row in prompts] == ["branch@c0", "trunk@c0", "trunk@c1", "trunk@c2"], prompts
    assert prompts[2] == {"id": "trunk@c1", "run": "trunk", "score": 0.75}, prompts[2]
    edge = ask("MATCH (:Prompt {id: $id})-[e:MUTATED_FROM]->(p) RETURN p.id AS parent, properties(e) AS e", id="trunk@c1")
    assert edge[0]["parent"] == "trunk@c0" and edge[0]["e"]["difference"] == 0.25, edge
    assert edge[0]["e"]["low"] < 0.25 < edge[0]["e"]["high"] and edge[0]["e"]["operator"] == "word-insertion", edge
    head = ask("MATCH (:Run {id: 'trunk'})-[:HEAD]->(p) RETURN p.id AS id")
    assert head == [{"id": "trunk@c1"}], head
    unique = ask("SHOW CONSTRAINTS YIELD name, type RETURN name, type ORDER BY name")
    assert {row["name"] for row in unique} >= {"clade_prompt", "clade_run", "clade_snapshot", "clade_workspace"}, unique

try:
    with GraphDatabase.driver(url, auth=(user, "wrong")) as driver:
        driver.verify_connectivity()
    raise SystemExit("a wrong password was let in")
except AuthError:
    pass
print("judged")
