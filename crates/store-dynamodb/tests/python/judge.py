"""boto3 reads the table: runs, candidates by fitness and by generation, prompts."""

import sys

import boto3
from boto3.dynamodb.conditions import Key

endpoint, name = sys.argv[1:]
table = boto3.resource(
    "dynamodb", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="local", aws_secret_access_key="local"
).Table(name)

run = table.get_item(Key={"pk": "RUNS", "sk": "faulty"}, ConsistentRead=True)["Item"]
assert run["entries"] == 37 and run["latest"] == 11, run
best = table.query(IndexName="by_fitness", KeyConditionExpression=Key("g2pk").eq("faulty"))["Items"]
assert [item["sk"] for item in best] == [f"C#{number:010}" for number in range(12)], best
generation = table.query(IndexName="by_generation", KeyConditionExpression=Key("g1pk").eq("faulty#0000000003"))["Items"]
assert [item["sk"] for item in generation] == ["C#0000000003"], generation
item = table.get_item(Key={"pk": "RUN#faulty", "sk": "C#0000000003"})["Item"]
assert item["operator"] == "word-insertion" and item["trials"] == 2 and float(item["score"]) == 0.5, item
prompt = table.get_item(Key={"pk": "RUN#faulty", "sk": "T#0000000003"})["Item"]["prompt"]
assert "Question 3" in prompt, prompt
print("judged")
