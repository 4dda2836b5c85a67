"""What tests/cluster/test_llamacloud_clients.py has the official Python client do. Arguments: URL, key, folder with the documents."""
import json
import pathlib
import sys

import llama_cloud

url, key, folder = sys.argv[1:4]
folder = pathlib.Path(folder)
client = llama_cloud.LlamaCloud(api_key=key, base_url=url)
quick = {"tier": "fast", "version": "latest", "polling_interval": 0.01}


def uploaded(name):
    return (name, (folder / name).read_bytes())


def parse(name, **wishes):
    result = client.parsing.parse(upload_file=uploaded(name), expand=["text", "markdown", "metadata", "usage"], **quick, **wishes)
    return {"status": result.job.status, "texts": [page.text for page in result.text.pages],
            "markdown": [page.markdown if page.success else "failed: " + page.error for page in result.markdown.pages],
            "numbers": [page.page_number for page in result.metadata.pages], "credits": result.job.usage.credits}


def message_of(action):
    try:
        action()
    except Exception as error:  # noqa: BLE001  (whatever the client raises is what is looked at)
        return "%s: %s" % (type(error).__name__, error)
    return "no error"


def by_file():
    file = client.files.create(file=uploaded("plain.pdf"), purpose="parse", external_file_id="our-id")
    found = [other.id for other in client.files.list(external_file_id="our-id")]
    job = client.parsing.create(file_id=file.id, tier="fast", version="latest", page_ranges={"target_pages": "2-3"},
                                user_metadata={"docquarry": "mark"})
    listed = [other.id for other in client.parsing.list(page_size=1) if (other.user_metadata or {}).get("docquarry") == "mark"]
    result = client.parsing.get(job.id, expand=["text"])
    client.files.delete(file.id)
    return {"found": found == [file.id], "listed": listed == [job.id], "status": result.job.status,
            "numbers": [page.page_number for page in result.text.pages]}


def cancelled():
    job = client.parsing.create(upload_file=uploaded("endless.pdf"), tier="fast", version="latest")
    client.parsing.cancel(job.id)
    return client.parsing.get(job.id).job.status


print(json.dumps({
    "parsed": parse("three.pdf"),
    "partly_failed": parse("partly.pdf"),
    "by_file": by_file(),
    "cancelled": cancelled(),
    "failed": message_of(lambda: parse("failing.pdf")),
    "wrong_key": message_of(lambda: llama_cloud.LlamaCloud(api_key="wrong", base_url=url).parsing.get("pjb-1")),
    "unknown": message_of(lambda: client.parsing.get("pjb-unknown")),
    "invalid": message_of(lambda: client.parsing.create(upload_file=uploaded("three.pdf"), tier="no such", version="latest")),
}))
