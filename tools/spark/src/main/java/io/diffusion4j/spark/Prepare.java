package io.diffusion4j.spark;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.cli.console.FailureHandler;
import io.diffusion4j.cli.console.Version;
import io.diffusion4j.cli.options.PictureColumns;
import io.diffusion4j.data.BadPictures;
import io.diffusion4j.data.PictureSet;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.diffusion.argument.Check;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Makes shards for training of pictures in any layout that the module {@code data} reads. Shard k
 * has the pictures from k times the size of a shard, so neither the order nor the bytes of the
 * shards depend on the cluster.
 */
@Command(
    name = "prepare",
    description = "Write Parquet shards for training on a Spark cluster.",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    footer = {
      "",
      "The exit status is 1 if more than 5 %% of the pictures are unreadable; "
          + "train would refuse such data. A second run writes only the missing shards."
    })
public final class Prepare implements Callable<Integer> {
  /** A file that Spark does not read as data. */
  private static final String SETTINGS = "_shards.txt";

  @Mixin private JobContext job = new JobContext();

  @Parameters(
      paramLabel = "PATH",
      arity = "1..*",
      description =
          "A folder, a list, Parquet files or tar shards, in any layout that --data of "
              + "train accepts; the path must be the same on all machines.")
  private List<String> paths = List.of();

  @Mixin private PictureColumns columns = new PictureColumns();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      required = true,
      description = "The folder for the shards.")
  private String output = "";

  @Option(
      names = "--size",
      paramLabel = "N",
      description =
          "The width and height of the pictures in pixels, after a centre crop to a "
              + "square. Default: unchanged pictures")
  private @Nullable Integer size;

  @Option(
      names = "--shard",
      paramLabel = "N",
      defaultValue = "4096",
      description = "The number of pictures in a shard. Default: ${DEFAULT-VALUE}")
  private int shard;

  /** Runs the job with the arguments of {@code spark-submit}. */
  public static void main(String[] arguments) {
    JobLine.main(new Prepare(), arguments);
  }

  @Override
  public Integer call() {
    Check.that(size == null || size >= 1, "size", size, "≥ 1");
    Check.that(shard >= 1, "shard", shard, "≥ 1");
    List<String> arguments = job.arguments();
    SparkSession spark = job.session();
    var folder = new HadoopFolder(spark, output);
    long pictures = PictureShards.of(arguments).pictures();
    requireSame(folder, pictures);
    long shards = PictureShards.count(pictures, shard);
    List<Long> missing =
        LongStream.range(0, shards)
            .filter(number -> !folder.has(PictureShards.name(number, shards)))
            .boxed()
            .toList();
    if (!missing.isEmpty()) {
      try (var progress = Progress.start(spark, "pictures", pictures, job::print)) {
        var counter = progress.counter();
        new JavaSparkContext(spark.sparkContext())
            .parallelize(missing, missing.size())
            .foreach(
                number ->
                    TaskRows.guarded(
                        () -> {
                          PictureShards.of(arguments).write(number, pictures, folder, counter::add);
                          return number;
                        }));
      }
    }
    long written = spark.read().parquet(output).count();
    job.print(
        String.format(
            Locale.ROOT,
            "%,d pictures in %,d shards, %,d of them new; %,d unreadable pictures",
            written,
            shards,
            missing.size(),
            pictures - written));
    job.print(
        "train with --data '%s/part-{00000..%05d}-of-%05d.parquet'"
            .formatted(output, shards - 1, shards));
    return pictures - written > BadPictures.DEFAULT_MAX * pictures ? FailureHandler.FAILED : 0;
  }

  /** Fails if the folder has shards of other pictures, or of other sizes. */
  private void requireSame(HadoopFolder folder, long pictures) {
    String now =
        "pictures: %d of %s\nshard: %d\nsize: %s\n"
            .formatted(pictures, String.join(", ", paths), shard, size == null ? "own" : size);
    Optional<String> before = folder.read(SETTINGS).map(bytes -> new String(bytes, UTF_8));
    before.ifPresent(
        there ->
            Check.that(
                there.equals(now),
                "output",
                output + ", with shards of " + there.strip().replace("\n", ", "),
                "an empty folder, or shards of " + now.strip().replace("\n", ", ")));
    if (before.isEmpty()) {
      folder.write(SETTINGS, now.getBytes(UTF_8));
    }
  }

  /** Opens the pictures. */
  PictureSet open() {
    return PictureFiles.open("data", paths, columns.columns());
  }

  /** Returns the number of pictures in a shard. */
  int shard() {
    return shard;
  }

  /** Returns width and height of the pictures; empty if they stay as they are. */
  Optional<Integer> size() {
    return Optional.ofNullable(size);
  }
}
