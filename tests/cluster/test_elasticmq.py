"""The same job once more with ElasticMQ in the place of moto: two servers that have no line in common agree on what SQS is."""
import pdfs
import pytest
from jobs import ended, submit, until
from stores import ElasticMq, Stores
from test_cluster import (first, second, test_a_failed_document_is_the_same_at_both,  # noqa: F401  (run again here)
                          test_both_workers_work, test_cancel_at_one_api_what_the_other_accepted,
                          test_delete_at_one_api_ends_the_work_and_the_watching, test_events_reach_a_watcher_at_the_other_api,
                          test_messages_are_the_originals, test_what_one_api_accepts_the_other_shows)


@pytest.fixture(scope="module")
def stores(stores):
    """The servers of all files, but another one for SQS."""
    stores.new_places(("postgres", "redis", "s3"))  # they run
    mixed = Stores()
    mixed.running = {**stores.running, "sqs": ElasticMq()}
    try:
        yield mixed
    finally:
        mixed.sqs.stop()


def test_every_message_is_heard_and_deleted(cluster):
    assert cluster.sqs.store.engine == "elasticmq"
    client = cluster.client()
    uids = [submit(client, pdfs.pdf("message %d" % number)) for number in range(30)]
    for uid in uids:
        ended(client, uid)
    until(lambda: cluster.sqs.depth() == 0, "messages stay in the queue")


def test_it_comes_back_empty(cluster):
    client = cluster.client()
    uid = submit(client, pdfs.heavy(150, "while the queue dies"))
    cluster.sqs.store.restart()
    ended(client, uid)
    ended(client, submit(client, pdfs.pdf("afterwards")))
    until(lambda: cluster.sqs.depth() == 0, "messages stay in the queue")
