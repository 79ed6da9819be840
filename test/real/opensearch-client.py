"""Uses a cluster by OpenSearch's own client, at the address that is the argument, and says what it saw."""

import sys
from urllib.parse import urlsplit

from opensearchpy import NotFoundError, OpenSearch, VERSION, helpers

address = urlsplit(sys.argv[1])
client = OpenSearch(
    hosts=[{"host": address.hostname, "port": address.port, "url_prefix": address.path}],
    http_auth=("reader", "secret"),
    http_compress=True,
)
print("opensearch-py", ".".join(str(part) for part in VERSION[:3]), "with a node", client.info()["version"]["number"])

INDEX = "books"
NAMES = ["a/b", "c d", "é?&#", "http://127.0.0.1:9200/x"]
client.indices.create(index=INDEX, body={"mappings": {"properties": {"name": {"type": "keyword"}}}})
for name in NAMES:
    client.index(index=INDEX, id=name, body={"name": name, "n": 1.0}, refresh=True)
    assert client.get(index=INDEX, id=name)["_source"] == {"name": name, "n": 1.0}
    assert client.exists(index=INDEX, id=name)
    assert client.search(index=INDEX, q=f'name:"{name}"')["hits"]["total"]["value"] == 1
assert not client.exists(index=INDEX, id="missing")
try:
    client.get(index=INDEX, id="missing")
    raise SystemExit("a document that is not there was found")
except NotFoundError as error:
    assert error.info["found"] is False
print("documents by their names:", len(NAMES))

COUNT = 5000
actions = ({"_index": INDEX, "_id": str(n), "_source": {"name": f"n{n}", "text": "x" * 500}} for n in range(COUNT))
done, faults = helpers.bulk(client, actions, chunk_size=1000, refresh=True)
assert (done, faults) == (COUNT, [])
scanned = {hit["_id"] for hit in helpers.scan(client, index=INDEX, query={"query": {"prefix": {"name": "n"}}}, size=700)}
assert scanned == {str(n) for n in range(COUNT)}
print("bulk and scroll:", len(scanned))

both = client.msearch(body=[{"index": INDEX}, {"size": 0}, {"index": INDEX}, {"query": {"term": {"name": "n7"}}}])
assert [answer["hits"]["total"]["value"] for answer in both["responses"]] == [COUNT + len(NAMES), 1]
client.indices.create(index="<logs-{now/d}>")
assert list(client.indices.get(index="logs-*"))[0].startswith("logs-20")
assert "books" in client.cat.indices(index="b*", h="index")
client.indices.delete(index="books,logs-*")
assert client.cluster.health()["status"] == "green"
print("several searches at once, an index named by a date, health")
