package io.diffusion4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.clip.embed.Embeddings;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.spark.LocalSpark.Ran;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link Embed} on Spark in this process, with the shipped CLIP. */
@Tag("slow")
class EmbedTest {
  private static final String MODEL = LocalSpark.MODEL.toString();

  @SuppressWarnings("NullAway.Init")
  private static LocalSpark spark;

  @TempDir private Path folder = Path.of("");

  @BeforeAll
  static void start() {
    spark = new LocalSpark();
  }

  @AfterAll
  static void stop() {
    spark.close();
  }

  /** Returns the file of a picture of one colour. */
  private static byte[] png(int number) {
    float[] pixels = new float[40 * 32 * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) Math.sin(number + i * 0.01 * number);
    }
    return Png.encode(new Image(40, 32, pixels), Map.of());
  }

  private static Ran embed(Object input, Path output, String... more) {
    List<String> arguments = new ArrayList<>(List.of("--model", MODEL));
    arguments.addAll(List.of("--input", input.toString(), "--output", output.toString()));
    arguments.addAll(List.of(more));
    return LocalSpark.run(new Embed(), arguments.toArray(String[]::new));
  }

  private static float[] floats(Row row, String column) {
    List<Float> values = row.getList(row.fieldIndex(column));
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i);
    }
    return floats;
  }

  @Test
  void picturesOfAFolderHaveTheEmbeddingsThatTheCommandWrites() throws Exception {
    Path pictures = folder.resolve("pictures");
    Files.createDirectories(pictures.resolve("deep"));
    for (int i = 0; i < 5; i++) {
      Files.write(
          pictures.resolve((i < 3 ? "" : "deep/") + i + (i == 2 ? ".PNG" : ".png")), png(i));
    }
    Files.writeString(pictures.resolve("broken.png"), "no picture");
    Files.writeString(pictures.resolve("notes.txt"), "no picture either");
    Path output = folder.resolve("out");
    Ran ran = embed(pictures, output, "--partitions", "2");
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out()).contains("5 rows in " + output + ", 6 of them new; 1 rows with an error");
    List<Row> rows = spark.rows(output, "name");

    Path file = folder.resolve("own.safetensors");
    assertThat(
            command("embed", pictures.toString(), "--model", MODEL, "--batch=1", "-o", "" + file))
        .as("one picture is broken")
        .isEqualTo(1);
    Embeddings own = Embeddings.read(file);
    assertThat(own.names()).hasSize(5);
    for (int i = 0; i < 5; i++) {
      String name = own.names().get(i);
      Row row =
          rows.stream().filter(r -> r.<String>getAs("name").endsWith("/" + name)).findFirst().get();
      assertThat(floats(row, "image_embedding")).as(name).isEqualTo(own.row(i));
    }
    assertThat(LocalSpark.column(rows, "error"))
        .filteredOn(error -> error != null)
        .singleElement()
        .asString()
        .startsWith("image: ");

    Ran again = embed(pictures, output);
    assertThat(again.out()).contains("5 rows in " + output + ", 0 of them new");
  }

  @Test
  void theFirstPictureOfAGifIsReadLikeByTheCommand() throws Exception {
    Path pictures = Files.createDirectory(folder.resolve("gifs"));
    var drawn = new BufferedImage(40, 32, BufferedImage.TYPE_INT_RGB);
    drawn.setRGB(7, 5, 0xff8800);
    assertThat(ImageIO.write(drawn, "gif", pictures.resolve("a.gif").toFile())).isTrue();
    Path output = folder.resolve("out");
    assertThat(embed(pictures, output).out()).contains("0 rows with an error");
    Path file = folder.resolve("own.safetensors");
    assertThat(command("embed", "" + pictures, "--model", MODEL, "--batch=1", "-o", "" + file))
        .isZero();
    assertThat(floats(spark.rows(output, "name").get(0), "image_embedding"))
        .isEqualTo(Embeddings.read(file).row(0));
  }

  @Test
  void embeddingsDoNotDependOnPartitions() throws Exception {
    Path pictures = Files.createDirectories(folder.resolve("pictures"));
    for (int i = 0; i < 7; i++) {
      Files.write(pictures.resolve(i + ".png"), png(i));
    }
    List<float[]> first = List.of();
    for (String partitions : List.of("1", "2", "5")) {
      Path output = folder.resolve("out" + partitions);
      assertThat(embed(pictures, output, "--partitions", partitions).err()).isEmpty();
      List<float[]> embeddings =
          spark.rows(output, "name").stream().map(row -> floats(row, "image_embedding")).toList();
      assertThat(embeddings).hasSize(7);
      for (int i = 0; i < first.size(); i++) {
        assertThat(embeddings.get(i)).as("%d in %s parts", i, partitions).isEqualTo(first.get(i));
      }
      first = embeddings;
    }
  }

  private static int command(String... arguments) {
    return io.diffusion4j.cli.Main.commandLine().execute(arguments);
  }

  @Test
  void tablesOfPicturesAndTextsHaveCosines() throws Exception {
    StructType columns =
        new StructType()
            .add("key", DataTypes.StringType)
            .add("image", DataTypes.BinaryType)
            .add("text", DataTypes.StringType);
    Path table = folder.resolve("input.parquet");
    spark
        .session()
        .createDataFrame(
            List.of(
                RowFactory.create("both", png(1), "a red apple"),
                RowFactory.create("words", null, "a red apple"),
                RowFactory.create("picture", png(1), null),
                RowFactory.create("neither", null, null)),
            columns)
        .write()
        .parquet(table.toString());
    Path output = folder.resolve("out");
    assertThat(embed(table, output).err()).isEmpty();
    List<Row> rows = spark.rows(output, "name"); // both, neither, picture, words
    assertThat(rows.get(0).<Double>getAs("cosine")).isBetween(-1.0, 1.0);
    assertThat(floats(rows.get(0), "image_embedding"))
        .isEqualTo(floats(rows.get(2), "image_embedding"));
    assertThat(floats(rows.get(0), "text_embedding"))
        .isEqualTo(floats(rows.get(3), "text_embedding"));
    assertThat(LocalSpark.column(rows, "error"))
        .containsExactly(null, "row: empty (expected: a picture or a text)", null, null);

    assertThat(embed(table, output, "--image-column", "text").err())
        .isEqualTo(
            "error: image-column: text, of type string (expected: bytes, or structures with"
                + " bytes)\n");
  }

  @Test
  void linesOfATextFileAreTexts() throws IOException {
    Path lines = Files.write(folder.resolve("texts.txt"), List.of("a dog", "two cats", "a whale"));
    Path output = folder.resolve("out");
    assertThat(embed(lines, output, "--partitions", "3").err()).isEmpty();
    assertThat(LocalSpark.column(spark.rows(output, "text"), "text"))
        .containsExactly("a dog", "a whale", "two cats");
  }
}
