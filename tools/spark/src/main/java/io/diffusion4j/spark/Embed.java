package io.diffusion4j.spark;

import io.diffusion4j.cli.clip.ClipOptions;
import io.diffusion4j.cli.console.Version;
import io.diffusion4j.cli.options.CommonOptions;
import io.diffusion4j.diffusion.argument.Check;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Embeds pictures and texts by CLIP. The embeddings are those of {@code diffusion4j embed} with
 * {@code --batch 1}, un-normalised: one input at a time, since with TensorFlow the last bits depend
 * on the batch. The tasks of an executor keep its cores busy.
 */
@Command(
    name = "embed",
    description = "Compute the CLIP embeddings of pictures and texts on a Spark cluster.",
    sortOptions = false,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    footer = {
      "",
      "The output is a table with a row for each input row: id, name, text, error, "
          + "sha256, width, height, image_embedding, text_embedding, cosine. Rows that "
          + "the table already contains are not computed again. Inputs are embedded one "
          + "at a time, because with the engine tensorflow the last bits of an embedding "
          + "depend on its batch."
    })
public final class Embed implements Callable<Integer> {
  /** The pattern of names of picture files, in upper and lower case. */
  private static final String PICTURES =
      "*.{[pP][nN][gG],[jJ][pP][gG],[jJ][pP][eE][gG],[wW][eE][bB][pP],[gG][iI][fF]}";

  @Mixin private JobContext job = new JobContext();

  @Mixin private Division division = new Division();

  @Option(
      names = "--input",
      paramLabel = "PLACE",
      required = true,
      description =
          "A folder of picture files, including subfolders; or a table with a column "
              + "of pictures, a column of texts, or both. Tables may be Parquet, ORC, JSON "
              + "lines, CSV or text, by the file extension.")
  private String input = "";

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      required = true,
      description = "The folder for the table of embeddings.")
  private String output = "";

  @Option(
      names = "--image-column",
      paramLabel = "NAME",
      defaultValue = "image",
      description =
          "The table column that contains the pictures, as bytes or as structures of "
              + "bytes and path. Default: ${DEFAULT-VALUE}")
  private String imageColumn = "";

  @Option(
      names = "--text-column",
      paramLabel = "NAME",
      defaultValue = "text",
      description = "The table column that contains the texts. Default: ${DEFAULT-VALUE}")
  private String textColumn = "";

  @ArgGroup(validate = false, heading = "%nModel:%n")
  private ClipOptions clip = new ClipOptions();

  @Mixin private CommonOptions.Batch batch = new CommonOptions.Batch(1);

  @SuppressWarnings("UnusedVariable") // its option sets the engine
  @Mixin
  private EngineOption engine = new EngineOption();

  /** Runs the job with the arguments of {@code spark-submit}. */
  public static void main(String[] arguments) {
    JobLine.main(new Embed(), arguments);
  }

  @Override
  public Integer call() {
    division.check();
    batch.size();
    clip.identity(); // fails without a model
    List<String> arguments = job.arguments();
    SparkSession spark = job.session();
    var table = new OutputTable(spark, output);
    table.check();
    Dataset<Row> named =
        division
            .of(read(spark))
            .mapPartitions(
                (MapPartitionsFunction<Row, Row>)
                    some -> TaskRows.of(() -> PartitionEmbedder.of(arguments).named(some)),
                Encoders.row(PartitionEmbedder.NAMED));
    table.complete(
        named,
        "rows",
        PartitionEmbedder.EMBEDDED,
        (some, counter) -> PartitionEmbedder.of(arguments).embed(some, counter),
        job::print);
    return 0;
  }

  private Dataset<Row> read(SparkSession spark) {
    if (!SparkTables.isTable(input)) {
      Check.that(HadoopFolder.exists(spark, input), "input", input, "a folder or a table");
      return spark
          .read()
          .format("binaryFile")
          .option("pathGlobFilter", PICTURES)
          .option("recursiveFileLookup", true)
          .load(input)
          .select("path", "content")
          .withColumnRenamed("content", imageColumn);
    }
    Dataset<Row> table = SparkTables.read(spark, "input", input, textColumn);
    List<String> columns = Arrays.asList(table.columns());
    Check.that(
        columns.contains(imageColumn) || columns.contains(textColumn),
        "input",
        input + ", with the columns " + String.join(", ", columns),
        "%s or %s",
        imageColumn,
        textColumn);
    if (columns.contains(imageColumn)) {
      DataType type = table.schema().apply(imageColumn).dataType();
      Check.that(
          type instanceof BinaryType
              || (type instanceof StructType parts
                  && Arrays.asList(parts.fieldNames()).contains("bytes")),
          "image-column",
          imageColumn + ", of type " + type.simpleString(),
          "bytes, or structures with bytes");
    }
    return table;
  }

  /** Returns the column of pictures. */
  String imageColumn() {
    return imageColumn;
  }

  /** Returns the column of texts. */
  String textColumn() {
    return textColumn;
  }

  /** Returns the number of inputs embedded at once. */
  int batch() {
    return batch.size();
  }

  /** Returns the model. */
  ClipOptions clip() {
    return clip;
  }
}
