#!/usr/bin/python3
"""Another client's view of the S3 of tests/servers/s3: what we write is read by boto3, and the other way round.

    s3_by_boto3.py URL ACCESS_KEY SECRET_KEY REGION BUCKET get KEY                  prints the object's facts as one line of JSON
    s3_by_boto3.py URL ACCESS_KEY SECRET_KEY REGION BUCKET put KEY BYTES [SHA256]   writes that many bytes "x", in parts above 8 MiB

KEY is percent-encoded.
"""
import hashlib
import io
import json
import sys
import urllib.parse

import boto3


def main():
    url, access_key, secret_key, region, bucket, verb, key, *rest = sys.argv[1:]
    key = urllib.parse.unquote(key)
    client = boto3.client("s3", endpoint_url=url, aws_access_key_id=access_key, aws_secret_access_key=secret_key, region_name=region)
    if verb == "get":
        found = client.get_object(Bucket=bucket, Key=key)
        content = found["Body"].read()
        print(json.dumps({"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), "type": found["ContentType"],
                          "metadata": found["Metadata"].get("sha256", "")}))
    else:
        more = {"ExtraArgs": {"Metadata": {"sha256": rest[1]}}} if len(rest) > 1 else {}
        client.upload_fileobj(io.BytesIO(b"x" * int(rest[0])), bucket, key, **more)


if __name__ == "__main__":
    main()
