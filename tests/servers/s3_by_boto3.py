#!/usr/bin/python3
"""Another client's view of the S3 of tests/servers/s3: what we write is read by boto3, and the other way round.

    s3_by_boto3.py URL ACCESS_KEY SECRET_KEY REGION BUCKET COMMAND...

    get:KEY                  prints the object's facts as one line of JSON
    put:KEY:BYTES[:SHA256]   writes that many bytes "x", in parts above 8 MiB, with that metadata

KEY is percent-encoded.
"""
import hashlib
import io
import json
import sys
import urllib.parse

import boto3


def get(client, bucket, key):
    found = client.get_object(Bucket=bucket, Key=urllib.parse.unquote(key))
    content = found["Body"].read()
    print(json.dumps({"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), "type": found["ContentType"],
                      "metadata": found["Metadata"].get("sha256", "")}))


def put(client, bucket, key, size, sha256=None):
    more = {"ExtraArgs": {"Metadata": {"sha256": sha256}}} if sha256 else {}
    client.upload_fileobj(io.BytesIO(b"x" * int(size)), bucket, urllib.parse.unquote(key), **more)


def main():
    url, access_key, secret_key, region, bucket, *commands = sys.argv[1:]
    client = boto3.client("s3", endpoint_url=url, aws_access_key_id=access_key, aws_secret_access_key=secret_key, region_name=region)
    for command in commands:
        verb, *words = command.split(":")
        {"get": get, "put": put}[verb](client, bucket, *words)


if __name__ == "__main__":
    main()
