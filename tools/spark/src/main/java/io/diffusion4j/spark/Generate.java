package io.diffusion4j.spark;

import io.diffusion4j.cli.console.Version;
import io.diffusion4j.cli.options.FilterOptions;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.options.PluginOptions;
import io.diffusion4j.cli.options.ProvenanceOptions;
import io.diffusion4j.cli.options.SamplingOptions;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.provenance.Provenance;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Draws the prompts of a table. Each picture has the bytes that {@code diffusion4j generate} writes
 * for the same prompt, seed and options.
 */
@Command(
    name = "generate",
    modelTransformer = SamplingOptions.Adder.class,
    description = "Draw the prompts of a table on a Spark cluster.",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    footer = {
      "",
      "The output is a table with a row for each picture: id, prompt, seed, image, "
          + "recipe, error, width, height, sha256, and png or file. Pictures that the "
          + "table already contains are not drawn again."
    })
public final class Generate implements Callable<Integer>, SamplingOptions.Sampled {
  @Mixin private JobContext job = new JobContext();

  @Mixin private Division division = new Division();

  @Option(
      names = "--prompts",
      paramLabel = "TABLE",
      required = true,
      description =
          "A table with the column prompt, and optionally negative, label, seed, count "
              + "and id; or a text file with one prompt per line. Tables may be Parquet, "
              + "ORC, JSON lines, CSV or text, by the file extension.")
  private String prompts = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      required = true,
      description = "The folder for the table of pictures.")
  private String output = "";

  @Option(
      names = "--files",
      description =
          "Write the pictures as PNG files to DIR/pictures, and a table with the file "
              + "names to DIR/manifest.")
  private boolean files;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "The random seed of the rows without a seed. Default: for each row, a seed "
              + "derived from its content")
  private @Nullable Long seed;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1",
      description = "The number of pictures for rows without a count. Default: ${DEFAULT-VALUE}")
  private int count;

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "8",
      description =
          "The batch size of a task, in pictures. It does not change the pictures. "
              + "Default: ${DEFAULT-VALUE}")
  private int rows;

  private final SamplingOptions stages = new SamplingOptions("Sampling");

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ModelOptions model = new ModelOptions();

  @Mixin private PluginOptions plugins = new PluginOptions();

  @Mixin private FilterOptions filters = new FilterOptions();

  @ArgGroup(validate = false, heading = "%nMarks in the files:%n")
  private ProvenanceOptions provenance = new ProvenanceOptions();

  @SuppressWarnings("UnusedVariable") // its option sets the engine
  @Mixin
  private EngineOption engine = new EngineOption();

  /** Runs the job with the arguments of {@code spark-submit}. */
  public static void main(String[] arguments) {
    JobLine.main(new Generate(), arguments);
  }

  @Override
  public SamplingOptions sampling() {
    return stages;
  }

  @Override
  public Integer call() {
    check();
    List<String> arguments = job.arguments();
    SparkSession spark = job.session();
    var table = new OutputTable(spark, files ? output + "/manifest" : output);
    table.check();
    Dataset<Row> planned =
        division
            .of(asked(spark))
            .mapPartitions(
                (MapPartitionsFunction<Row, Row>)
                    some -> TaskRows.of(() -> PartitionGenerator.of(arguments).plan(some)),
                Encoders.row(PlannedPicture.PLANNED));
    var folder = files ? new HadoopFolder(spark, output + "/pictures") : null;
    table.complete(
        planned,
        "pictures",
        files ? PlannedPicture.WITH_FILES : PlannedPicture.WITH_BYTES,
        (some, counter) ->
            PartitionGenerator.of(arguments).draw(some, Optional.ofNullable(folder), counter),
        job::print);
    return 0;
  }

  private Dataset<Row> asked(SparkSession spark) {
    Dataset<Row> asked = SparkTables.read(spark, "prompts", prompts, PromptRow.PROMPT);
    List<String> columns = Arrays.asList(asked.columns());
    Check.that(
        columns.contains(PromptRow.PROMPT) || !needsWords(),
        "prompts",
        prompts + ", with the columns " + String.join(", ", columns),
        PromptRow.PROMPT);
    return asked;
  }

  /** Whether the model needs a prompt. */
  boolean needsWords() {
    return OpenPipeline.family(model.folder()).needsWords();
  }

  private void check() {
    division.check();
    Check.that(seed == null || seed >= 0, "seed", seed, "≥ 0");
    Check.that(count >= 1, "count", count, "≥ 1");
    Check.that(rows >= 1, "rows", rows, "≥ 1");
    stages.check();
    OpenPipeline.family(model.folder());
    stages.checkNames(model.folder(), plugins);
  }

  /** Returns the seed of rows without one, if it was given. */
  Optional<Long> seed() {
    return Optional.ofNullable(seed);
  }

  /** Returns the number of pictures of rows without a count. */
  int count() {
    return count;
  }

  /** Returns the number of pictures drawn at once. */
  int rows() {
    return rows;
  }

  /** Reads the marks of the files. */
  Provenance provenance() {
    return provenance.read();
  }

  /** Opens the model, in the process of an executor. */
  OpenPipeline open() {
    Plugins parts = filters.addTo(plugins.load()); // as long as the model, which is never closed
    return ModelOptions.open(
        model.folder(), stages.opening(model.opening(Residency.ALWAYS)), parts);
  }
}
