"""The common operations of chat through boto3; what it saw goes to standard output as JSON.

chat_boto3.py ENDPOINT, with the key in the usual variables
"""
import datetime
import json
import sys

import boto3
import botocore.config
from botocore.exceptions import ClientError

chat = boto3.client("ivschat", endpoint_url=sys.argv[1], region_name="local",
                    config=botocore.config.Config(retries={"total_max_attempts": 1}))
seen = {"version": boto3.__version__}


def refusal(call):
    try:
        call()
    except ClientError as error:
        return {"code": error.response["Error"]["Code"], "message": error.response["Error"]["Message"],
                "status": error.response["ResponseMetadata"]["HTTPStatusCode"],
                "more": sorted(set(error.response) & {"reason", "resourceId", "resourceType", "fieldList"})}
    return None


logs = chat.create_logging_configuration(name="logs", destinationConfiguration={"s3": {"bucketName": "logs"}})
seen["logs"] = [logs["state"], logs["destinationConfiguration"]]
made = chat.create_room(name="boto", tags={"clé": "ü"}, maximumMessageLength=7,
                        loggingConfigurationIdentifiers=[logs["arn"]])
arn = made["arn"]
room = chat.get_room(identifier=arn)
seen["same"] = all(room[key] == made[key] for key in made if key != "ResponseMetadata")
seen["updated"] = chat.update_room(identifier=arn, maximumMessageRatePerSecond=3)["maximumMessageRatePerSecond"]
token = chat.create_chat_token(roomIdentifier=arn, userId="boto", capabilities=["SEND_MESSAGE"],
                               attributes={"name": "Bö"}, sessionDurationInMinutes=1)
now = datetime.datetime.now(datetime.timezone.utc)
seen["minute"] = 55 < (token["sessionExpirationTime"] - now).total_seconds() <= 61
seen["token"] = len(token["token"]) > 20
seen["event"] = len(chat.send_event(roomIdentifier=arn, eventName="app", attributes={"a": "b"})["id"])
seen["deleted message"] = len(chat.delete_message(roomIdentifier=arn, id="a" * 12, reason="why")["id"])
seen["disconnected"] = chat.disconnect_user(roomIdentifier=arn, userId="boto")["ResponseMetadata"]["HTTPStatusCode"]

chat.tag_resource(resourceArn=arn, tags={"a/b c": "d", "ключ": ""})
seen["tags"] = chat.list_tags_for_resource(resourceArn=arn)["tags"]
chat.untag_resource(resourceArn=arn, tagKeys=["a/b c", "clé"])
seen["fewer"] = chat.list_tags_for_resource(resourceArn=arn)["tags"]

others = [chat.create_room(name=f"page-{i}")["arn"] for i in range(4)]
first = chat.list_rooms(maxResults=3)
seen["pages"] = [len(first["rooms"]), len(chat.list_rooms(nextToken=first["nextToken"])["rooms"])]
seen["by logs"] = [r["arn"] for r in chat.list_rooms(loggingConfigurationIdentifier=logs["arn"])["rooms"]] == [arn]
seen["refused"] = {
    "in use": refusal(lambda: chat.delete_logging_configuration(identifier=logs["arn"])),
    "name": refusal(lambda: chat.create_room(name="a b")),
    "attributes": refusal(lambda: chat.create_chat_token(roomIdentifier=arn, userId="a", attributes={"k": "v" * 1024})),
}
seen["deleted"] = [chat.delete_room(identifier=one)["ResponseMetadata"]["HTTPStatusCode"] for one in [arn, *others]]
chat.delete_logging_configuration(identifier=logs["arn"])
seen["gone"] = refusal(lambda: chat.get_room(identifier=arn))
json.dump(seen, sys.stdout)
