"""PageRank and connected components of an exported graph on Spark, for graphs beyond one machine's memory.

Reads the folder of ``interlock export FOLDER --as graphframes`` and writes ``pagerank`` (id, value) and
``components`` (id, component) as JSON lines into another folder. It computes what ``interlock analyse
centrality -m pagerank --weight ties`` does: facts that are influence, from -> to, types without direction
both ways, each tie counted, damping 0.85, values that sum to 1.

    spark-submit --packages io.graphframes:graphframes-spark4_2.13:VERSION measures.py FOLDER OUT
    spark-submit measures.py FOLDER OUT --engine graphx

``graphframes`` needs that package; ``graphx`` comes with Spark, and leaves out entities without any such tie.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

RESTART = 0.15
TOLERANCE = 1e-6


def steps(edges: DataFrame) -> DataFrame:
    """The edges that a walker follows, ``src`` and ``dst``, one row for each tie and way."""
    counted = edges.where("fact AND influence AND src <> dst")
    back = counted.where("NOT directed").select(F.col("dst").alias("src"), F.col("src").alias("dst"))
    return counted.select("src", "dst").unionByName(back)


def by_graphframes(vertices: DataFrame, followed: DataFrame) -> tuple[DataFrame, DataFrame]:
    """PageRank and components by GraphFrames."""
    from graphframes import GraphFrame

    graph = GraphFrame(vertices.select("id"), followed)
    ranks = graph.pageRank(resetProbability=RESTART, tol=TOLERANCE).vertices
    return ranks.select("id", F.col("pagerank").alias("value")), graph.connectedComponents()


def by_graphx(spark: SparkSession, followed: DataFrame, scratch: Path) -> tuple[DataFrame, DataFrame]:
    """PageRank and components by Spark's own GraphX, which wants whole numbers for ids."""
    ids = followed.select(F.col("src").alias("id")).union(followed.select("dst")).distinct()
    numbered = ids.rdd.map(lambda row: row[0]).zipWithIndex().toDF(["id", "number"]).cache()
    starts, ends = (
        numbered.select(F.col("id").alias(end), F.col("number").alias(f"{end}_number"))
        for end in ("src", "dst")
    )
    lines = (
        followed.join(starts, "src").join(ends, "dst").select(F.concat_ws(" ", "src_number", "dst_number"))
    )
    lines.write.text(str(scratch / "edges"))
    java = spark._jvm
    level = java.org.apache.spark.storage.StorageLevel.MEMORY_AND_DISK()
    graph = java.org.apache.spark.graphx.GraphLoader.edgeListFile(
        spark._jsc.sc(), str(scratch / "edges"), False, -1, level, level
    )
    found = {
        "value": graph.ops().pageRank(TOLERANCE, RESTART),
        "component": graph.ops().connectedComponents(),
    }
    answers = []
    for name, answer in found.items():
        answer.vertices().saveAsTextFile(str(scratch / name))
        pairs = spark.read.csv(str(scratch / name)).select(
            F.regexp_replace("_c0", r"\(", "").cast("long").alias("number"),
            F.regexp_replace("_c1", r"\)", "").cast("double" if name == "value" else "long").alias(name),
        )
        answers.append(pairs.join(numbered, "number").select("id", name))
    return answers[0], answers[1]


@contextmanager
def session() -> Iterator[SparkSession]:
    """A Spark session, and a folder in which it keeps what it goes back to."""
    spark = SparkSession.builder.appName("interlock").getOrCreate()
    with tempfile.TemporaryDirectory() as scratch:
        spark.sparkContext.setCheckpointDir(scratch)
        yield spark
        spark.stop()


def main() -> None:
    """Read the arguments, compute, write."""
    arguments = argparse.ArgumentParser(description="PageRank and components of an exported graph on Spark.")
    arguments.add_argument("folder", type=Path, help="of interlock export FOLDER --as graphframes")
    arguments.add_argument("out", type=Path, help="a new folder for the answers")
    arguments.add_argument("--engine", choices=("graphframes", "graphx"), default="graphframes")
    given = arguments.parse_args()
    with session() as spark, tempfile.TemporaryDirectory() as scratch:
        vertices = spark.read.parquet(str(given.folder / "vertices.parquet"))
        followed = steps(spark.read.parquet(str(given.folder / "edges.parquet"))).cache()
        if given.engine == "graphframes":
            ranks, components = by_graphframes(vertices, followed)
        else:
            ranks, components = by_graphx(spark, followed, Path(scratch))
        total = ranks.agg(F.sum("value")).first()[0]
        ranks.withColumn("value", F.col("value") / total).write.json(str(given.out / "pagerank"))
        components.select("id", "component").write.json(str(given.out / "components"))


if __name__ == "__main__":
    main()
