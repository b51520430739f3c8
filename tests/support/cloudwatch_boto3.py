"""CloudWatch's questions about one channel through boto3; what it saw goes to standard output as JSON.

cloudwatch_boto3.py ENDPOINT CHANNEL, with the key in the usual variables
"""
import datetime
import json
import sys

import boto3
import botocore.config
from botocore.exceptions import ClientError

watch = boto3.client("cloudwatch", endpoint_url=sys.argv[1], region_name="local",
                     config=botocore.config.Config(retries={"total_max_attempts": 1}))
channel = [{"Name": "Channel", "Value": sys.argv[2]}]
end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=60)
begin = end - datetime.timedelta(minutes=10)


def query(name, stat="Average", period=5):
    metric = {"Namespace": "AWS/IVS", "MetricName": name, "Dimensions": channel}
    return {"Id": name[0].lower() + name[1:], "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}}


def refusal(**arguments):
    try:
        watch.get_metric_data(**{"StartTime": begin, "EndTime": end, **arguments})
    except ClientError as error:
        meta = error.response["ResponseMetadata"]
        return [error.response["Error"]["Code"], meta["HTTPStatusCode"], bool(error.response["Error"]["Message"]),
                bool(meta.get("RequestId"))]
    return None


names = ["IngestVideoBitrate", "IngestAudioBitrate", "IngestFramerate", "KeyframeInterval", "ConcurrentViews"]
data = watch.get_metric_data(MetricDataQueries=[query(name) for name in names], StartTime=begin, EndTime=end)
paginator = watch.get_paginator("get_metric_data").paginate(
    MetricDataQueries=[query(name) for name in names], StartTime=begin, EndTime=end,
    ScanBy="TimestampAscending", PaginationConfig={"PageSize": 2})
pages = list(paginator)
statistics = watch.get_metric_statistics(
    Namespace="AWS/IVS", MetricName="IngestFramerate", Dimensions=channel, StartTime=begin, EndTime=end,
    Period=3600, Statistics=["SampleCount", "Average", "Minimum", "Maximum", "Sum"])
listed = watch.get_paginator("list_metrics").paginate(Namespace="AWS/IVS", Dimensions=channel)
json.dump({
    "version": boto3.__version__,
    "status": data["ResponseMetadata"]["HTTPStatusCode"],
    "requestId": bool(data["ResponseMetadata"].get("RequestId")),
    "results": [{"id": r["Id"], "label": r["Label"], "status": r["StatusCode"], "values": r["Values"],
                 "times": [t.timestamp() for t in r["Timestamps"]]} for r in data["MetricDataResults"]],
    "pages": len(pages),
    "largest": max(sum(len(r["Values"]) for r in page["MetricDataResults"]) for page in pages),
    "paged": sum(len(r["Values"]) for page in pages for r in page["MetricDataResults"]),
    "label": statistics["Label"],
    "points": [{**p, "Timestamp": p["Timestamp"].timestamp()} for p in statistics["Datapoints"]],
    "metrics": sorted(m["MetricName"] for page in listed for m in page["Metrics"] if len(m["Dimensions"]) == 1),
    "refused": [
        refusal(MetricDataQueries=[query("IngestBitrate", "p99")]),
        refusal(MetricDataQueries=[{"Id": "e1", "Expression": "1+1"}]),
        refusal(MetricDataQueries=[query("IngestBitrate")], NextToken="nonsense"),
        refusal(MetricDataQueries=[query("IngestBitrate")], EndTime=begin),
    ],
}, sys.stdout)
