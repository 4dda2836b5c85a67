"""What others see of a queue: sends a message, or receives and deletes one, with boto3.

    PYTHON boto3_messages.py URL ACCESS_KEY SECRET_KEY QUEUE_URL send TEXT...   (each word one message)
    PYTHON boto3_messages.py URL ACCESS_KEY SECRET_KEY QUEUE_URL receive        prints {"body": parsed JSON, "attributes": {...}}

All before QUEUE_URL is the fact "boto3" of tests/servers/sqs.
"""
import json
import sys

import boto3

url, access_key, secret_key, queue_url, what, *texts = sys.argv[1:]
sqs = boto3.client("sqs", endpoint_url=url, region_name="us-east-1", aws_access_key_id=access_key, aws_secret_access_key=secret_key)
if what == "send":
    for text in texts:
        sqs.send_message(QueueUrl=queue_url, MessageBody=text, MessageAttributes={"task_id": {"DataType": "String", "StringValue": "7"}})
else:
    message = sqs.receive_message(QueueUrl=queue_url, WaitTimeSeconds=5, MessageAttributeNames=["All"])["Messages"][0]
    sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    attributes = {name: [value["DataType"], value["StringValue"]] for name, value in message["MessageAttributes"].items()}
    print(json.dumps({"body": json.loads(message["Body"]), "attributes": attributes}, ensure_ascii=False))
