package io.diffusion4j.spark;

import io.diffusion4j.diffusion.argument.Check;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option for the number of parts into which an input is divided. */
final class Division {
  @Option(
      names = "--partitions",
      paramLabel = "N",
      description =
          "The number of partitions of the input. It does not change the results. "
              + "Default: the number that the input has, but at least one for each core")
  private @Nullable Integer partitions;

  /** Checks the option. */
  void check() {
    Check.that(partitions == null || partitions >= 1, "partitions", partitions, "≥ 1");
  }

  /** Divides an input, which may be a single small file, among the cores. */
  Dataset<Row> of(Dataset<Row> input) {
    if (partitions != null) {
      return input.repartition(partitions);
    }
    int cores = input.sparkSession().sparkContext().defaultParallelism();
    return input.rdd().getNumPartitions() < cores ? input.repartition(cores) : input;
  }
}
