"""The common operations through boto3; what it saw goes to standard output as JSON.

ivs_boto3.py ENDPOINT, with the key in the usual variables, the public key on standard input
"""
import json
import sys

import boto3
import botocore.config
from botocore.exceptions import ClientError, ParamValidationError

ivs = boto3.client("ivs", endpoint_url=sys.argv[1], region_name="local",
                   config=botocore.config.Config(retries={"total_max_attempts": 1}))
seen = {"version": boto3.__version__}


def refusal(call):
    try:
        call()
    except ClientError as error:
        meta = error.response["ResponseMetadata"]
        return {"code": error.response["Error"]["Code"], "message": error.response["Error"]["Message"],
                "status": meta["HTTPStatusCode"], "requestId": meta.get("RequestId")}
    except ParamValidationError:
        return {"code": "checked by the client"}
    return None


made = ivs.create_channel(name="boto", tags={"clé": "ü"}, latencyMode="NORMAL")
arn = made["channel"]["arn"]
seen["created"] = made["ResponseMetadata"]["HTTPStatusCode"]
seen["requestId"] = made["ResponseMetadata"].get("RequestId")
seen["same"] = ivs.get_channel(arn=arn)["channel"] == made["channel"]
seen["updated"] = ivs.update_channel(arn=arn, name="changed", type="BASIC")["channel"]["type"]
seen["key"] = ivs.get_stream_key(arn=made["streamKey"]["arn"])["streamKey"] == made["streamKey"]
batch = ivs.batch_get_channel(arns=[arn, arn[:-1] + ("a" if arn[-1] != "a" else "b")])
seen["batch"] = [len(batch["channels"]), [e["code"] for e in batch["errors"]]]

ivs.tag_resource(resourceArn=arn, tags={"a/b c": "d", "ключ": ""})
seen["tags"] = ivs.list_tags_for_resource(resourceArn=arn)["tags"]
ivs.untag_resource(resourceArn=arn, tagKeys=["a/b c", "clé"])
seen["fewer"] = ivs.list_tags_for_resource(resourceArn=arn)["tags"]

pair = ivs.import_playback_key_pair(publicKeyMaterial=sys.stdin.read(), name="pair")["keyPair"]
seen["pairs"] = [p["arn"] for p in ivs.list_playback_key_pairs()["keyPairs"]] == [pair["arn"]]
ivs.delete_playback_key_pair(arn=pair["arn"])

others = [ivs.create_channel(name=f"page-{i}")["channel"]["arn"] for i in range(5)]
pages = ivs.get_paginator("list_channels").paginate(PaginationConfig={"PageSize": 2})
seen["pages"] = [len(page["channels"]) for page in pages]
seen["live"] = ivs.list_streams()["streams"]
seen["refused"] = {
    "idle": refusal(lambda: ivs.put_metadata(channelArn=arn, metadata="text")),
    "second key": refusal(lambda: ivs.create_stream_key(channelArn=arn)),
    "two filters": refusal(lambda: ivs.list_channels(
        filterByName="a", filterByRecordingConfigurationArn="arn:aws:ivs:local:0:recording-configuration/a")),
    "name": refusal(lambda: ivs.create_channel(name="a b")),
    "too long": refusal(lambda: ivs.create_channel(name="a" * 129)),
    "missing": refusal(lambda: ivs.get_channel()),
}
seen["deleted"] = [ivs.delete_channel(arn=one)["ResponseMetadata"]["HTTPStatusCode"] for one in [arn, *others]]
seen["gone"] = refusal(lambda: ivs.get_channel(arn=arn))
json.dump(seen, sys.stdout)
