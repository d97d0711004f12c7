package io.diffusion4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.data.PictureSet;
import io.diffusion4j.data.files.Columns;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.spark.LocalSpark.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link Prepare} on Spark in this process. */
class PrepareTest {
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

  /** Writes pictures with captions, and returns their folder. */
  private Path pictures(int count) throws IOException {
    Path pictures = Files.createDirectory(folder.resolve("pictures" + count));
    for (int i = 0; i < count; i++) {
      float[] pixels = new float[24 * 16 * 3];
      for (int j = 0; j < pixels.length; j++) {
        pixels[j] = (float) Math.sin(i + j * 0.01 * i);
      }
      String name = "%03d".formatted(i);
      Files.write(pictures.resolve(name + ".png"), Png.encode(new Image(24, 16, pixels), Map.of()));
      Files.writeString(pictures.resolve(name + ".txt"), "picture " + i + "\nnumber " + i + "\n");
    }
    return pictures;
  }

  private static Ran prepare(Path pictures, Path output, String... more) {
    List<String> arguments = new ArrayList<>(List.of(pictures.toString()));
    arguments.addAll(List.of("--output", output.toString()));
    arguments.addAll(List.of(more));
    return LocalSpark.run(new Prepare(), arguments.toArray(String[]::new));
  }

  private static List<Path> shards(Path output) throws IOException {
    try (Stream<Path> files = Files.list(output)) {
      return files.filter(file -> file.toString().endsWith(".parquet")).sorted().toList();
    }
  }

  @Test
  void shardsHaveTheSquaresAndCaptionsThatTrainingWouldRead() throws Exception {
    Path pictures = pictures(23);
    Path output = folder.resolve("shards");
    Ran ran = prepare(pictures, output, "--size", "8", "--shard", "10");
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out())
        .isEqualTo(
            "23 pictures in 3 shards, 3 of them new; 0 unreadable pictures\n"
                + "train with --data '"
                + output
                + "/part-{00000..00002}-of-00003.parquet'\n");
    try (PictureSet before = PictureFiles.folder("data", pictures);
        PictureSet after =
            PictureFiles.open(
                "data",
                List.of(output + "/part-{00000..00002}-of-00003.parquet"),
                Columns.DEFAULT)) {
      assertThat(after.size()).isEqualTo(23);
      for (long i = 0; i < 23; i++) {
        assertThat(after.key(i)).isEqualTo(before.key(i));
        assertThat(after.captions(i)).isEqualTo(before.captions(i)).hasSize(2);
        assertThat(Rgb8.of(after.image(i)).pixels())
            .isEqualTo(Rgb8.of(before.square(i, 8)).pixels());
      }
    }
  }

  @Test
  void aSecondRunMakesTheMissingShardsWithTheSameBytes() throws Exception {
    Path pictures = pictures(12);
    Path output = folder.resolve("shards");
    prepare(pictures, output, "--shard", "5");
    List<Path> shards = shards(output);
    assertThat(shards).hasSize(3);
    byte[] bytes = Files.readAllBytes(shards.get(1));
    Files.delete(shards.get(1));
    Ran again = prepare(pictures, output, "--shard", "5");
    assertThat(again.out()).startsWith("12 pictures in 3 shards, 1 of them new");
    assertThat(shards.get(1)).hasBinaryContent(bytes);

    assertThat(prepare(pictures, output, "--shard", "6").err())
        .startsWith("error: output: " + output + ", with shards of pictures: 12 of ")
        .hasLineCount(1);
  }

  @Test
  void brokenPicturesAreLeftOutAndManyAreAnError() throws Exception {
    Path pictures = pictures(10);
    Files.writeString(pictures.resolve("004.png"), "no picture");
    Ran ran = prepare(pictures, folder.resolve("shards"), "--shard", "5");
    assertThat(ran.status()).as("one of ten").isEqualTo(1);
    assertThat(ran.out()).startsWith("9 pictures in 2 shards, 2 of them new; 1 unreadable");
  }
}
