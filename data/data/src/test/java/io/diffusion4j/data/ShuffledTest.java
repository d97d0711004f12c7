package io.diffusion4j.data;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.diffusion4j.data.CaptionedImages.CaptionedImage;
import io.diffusion4j.data.files.Columns;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.stage.Pixels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pictures of a folder, shuffled. */
class ShuffledTest {
  private static final int N = 5;

  @TempDir Path folder = Path.of("");

  @BeforeEach
  void writePictures() throws IOException {
    for (int i = 0; i < N; i++) {
      Files.write(folder.resolve(i + ".png"), Png.encode(grey(6, 4, i), Map.of()));
      if (i > 0) {
        Files.writeString(folder.resolve(i + ".txt"), "  shade " + i + "\n");
      }
    }
    Files.writeString(folder.resolve("notes.md"), "not a picture");
  }

  @Test
  void everyEpochHasEachPictureOnce() {
    CaptionedImages examples = shuffled().examples(2, 9);
    Set<String> orders = new TreeSet<>();
    for (int epoch = 0; epoch < 4; epoch++) {
      long first = (long) epoch * N;
      List<String> captions =
          LongStream.range(0, N).mapToObj(i -> examples.get(first + i).caption()).toList();
      assertThat(captions)
          .containsExactlyInAnyOrder("", "shade 1", "shade 2", "shade 3", "shade 4");
      orders.add(captions.toString());
    }
    assertThat(orders).hasSizeGreaterThan(1);
  }

  @Test
  void batchesHaveOneSizeAndEveryEpochHasEachPicture() throws IOException {
    int[][] sizes = {{12, 12}, {16, 8}, {8, 17}, {20, 10}, {40, 4}};
    for (int i = 0; i < N; i++) {
      var grey = grey(sizes[i][0], sizes[i][1], i);
      Files.write(folder.resolve(i + ".png"), Png.encode(grey, Map.of()));
    }
    var buckets = ImageBuckets.of(8, 2);
    assertThat(buckets.sizes())
        .startsWith(Pixels.square(8), new Pixels(10, 6), new Pixels(6, 10))
        .contains(new Pixels(16, 4), new Pixels(4, 16))
        .hasSize(9);
    CaptionedImages examples = shuffled().bucketed(buckets, 2, 9);
    long batches = 4; // of squares, ratio 2, a tall picture and a very wide one
    Set<String> orders = new TreeSet<>();
    for (int epoch = 0; epoch < 4; epoch++) {
      Set<String> keys = new TreeSet<>();
      List<String> order = new ArrayList<>();
      for (long batch = epoch * batches; batch < (epoch + 1) * batches; batch++) {
        var one = examples.get(2 * batch);
        var other = examples.get(2 * batch + 1);
        assertThat(buckets.indexOf(one.image()))
            .isNotNegative()
            .isEqualTo(buckets.indexOf(other.image()));
        order.addAll(List.of(one.key(), other.key()));
        keys.addAll(order);
      }
      assertThat(keys).hasSize(N);
      orders.add(order.toString());
    }
    assertThat(orders).hasSizeGreaterThan(1);
    var again = shuffled().bucketed(buckets, 2, 9).get(17);
    assertThat(again.image().pixels()).isEqualTo(examples.get(17).image().pixels());
    assertThat(again.key()).isEqualTo(examples.get(17).key());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ImageBuckets.of(8, 3))
        .withMessage("buckets: 3 (expected: a divisor of 8, the size of pictures)");
  }

  @Test
  @Timeout(20)
  void aPictureWhoseCaptionCannotBeReadHasNoBucket() throws IOException {
    for (int i = 0; i < 39; i++) {
      Files.write(folder.resolve(i + ".png"), Png.encode(grey(8, 8, 1), Map.of()));
    }
    Path wide = folder.resolve("wide.png");
    Files.write(wide, Png.encode(grey(32, 8, 1), Map.of()));
    Files.write(folder.resolve("wide.txt"), "caf\u00e9".getBytes(ISO_8859_1));
    var shuffled = shuffled();
    CaptionedImages examples = shuffled.bucketed(ImageBuckets.of(8, 2), 4, 1);
    LongStream.range(0, 80).forEach(i -> assertThat(examples.get(i).image().width()).isEqualTo(8));
    assertThat(shuffled.bad().reasons()).singleElement().asString().startsWith("wide.png: caption");
  }

  @Test
  @Timeout(20)
  void aBucketThatCanNoLongerBeReadIsRefused() throws IOException {
    Path wide = folder.resolve("wide.png");
    Files.write(wide, Png.encode(grey(32, 8, 1), Map.of()));
    var bad = new BadPictures(0.5);
    var shuffled = new Shuffled(open(), Preparation.DEFAULT, Optional.empty(), bad);
    CaptionedImages examples = shuffled.bucketed(ImageBuckets.of(8, 2), 4, 1);
    Files.delete(wide);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LongStream.range(0, 12).forEach(examples::get))
        .withMessageStartingWith("data: " + folder + ", no picture of 16×4 (expected: ");
  }

  @Test
  void anExampleIsAFunctionOfSeedAndIndex() {
    CaptionedImage example = shuffled().examples(2, 9).get(17);
    CaptionedImage again = shuffled().examples(2, 9).get(17);
    assertThat(again.caption()).isEqualTo(example.caption());
    assertThat(again.image().pixels()).isEqualTo(example.image().pixels()).hasSize(2 * 2 * 3);
  }

  @Test
  void aVocabularyIsLearnedFromEachCaptionOnce() {
    assertThat(shuffled().captions(1, 1000))
        .containsExactlyInAnyOrder("shade 1", "shade 2", "shade 3", "shade 4");
    assertThat(shuffled().captions(1, 2).count()).isBetween(1L, 2L);
  }

  @Test
  void anEditOfTheSameLengthChangesTheContentsAndNotTheData() throws IOException {
    var before = shuffled().origin();
    assertThat(shuffled().origin()).isEqualTo(before);
    Files.writeString(folder.resolve("1.txt"), "  shape 1\n");
    var after = shuffled().origin();
    assertThat(after.get("data")).isEqualTo(before.get("data"));
    assertThat(after.get(Shuffled.CONTENTS)).isNotEqualTo(before.get(Shuffled.CONTENTS));
  }

  @Test
  void theFieldOfCaptionsInJsonIsPartOfTheOrigin() throws IOException {
    assertThat(shuffled().origin()).doesNotContainKey("caption-column");
    Files.writeString(folder.resolve("0.json"), "{\"text\": \"nought\", \"long\": \"none\"}");
    var other = PictureFiles.open("data", List.of(folder.toString()), new Columns(null, "long"));
    var before = shuffled().origin();
    var after = new Shuffled(other.only(0, 1)).origin();
    assertThat(before).containsEntry("caption-column", "default");
    assertThat(after).containsEntry("caption-column", "long");
    assertThat(new Shuffled(other).origin()).containsEntry("data", before.get("data"));
  }

  @Test
  void theNotesOfWeightsNameTheFolder() {
    assertThat(shuffled().notes()).containsEntry("diffusion4j.data", folder.toString());
  }

  @Test
  void whatCannotBeReadIsPassedOverAndNoted() throws IOException {
    for (int i = N; i < 40; i++) {
      Files.write(folder.resolve(i + ".png"), Png.encode(grey(2, 2, 1), Map.of()));
    }
    Files.writeString(folder.resolve("bad.png"), "no picture");
    var set = open();
    var shuffled = new Shuffled(set);
    for (int i = 0; i < set.size(); i++) {
      assertThat(shuffled.examples(2, 3).get(i).image().width()).isEqualTo(2);
    }
    assertThat(shuffled.bad().reasons()).singleElement().asString().startsWith("bad.png: image: ");
    var again = new Shuffled(set).examples(2, 3);
    assertThat(again.get(7).caption()).isEqualTo(shuffled.examples(2, 3).get(7).caption());
  }

  @Test
  void aPictureWhoseCaptionCannotBeReadIsPassedOverAndNoted() throws IOException {
    for (int i = N; i < 40; i++) {
      Files.write(folder.resolve(i + ".png"), Png.encode(grey(2, 2, 1), Map.of()));
      Files.writeString(folder.resolve(i + ".json"), i == 7 ? "{\"text\":" : "{\"text\": \"a\"}");
    }
    Files.writeString(folder.resolve("0.txt"), "zero");
    for (boolean named : List.of(false, true)) {
      var shuffled = shuffled();
      for (int i = 0; i < 40; i++) {
        CaptionedImages examples = shuffled.examples(2, 3);
        String key = named ? examples.named(i).key() : examples.get(i).key();
        assertThat(key).isNotEqualTo("7.png");
      }
      assertThat(shuffled.bad().reasons())
          .singleElement()
          .asString()
          .startsWith("7.png: caption: not a JSON object (expected: ");
    }
    assertThat(shuffled().captions(1, 1000)).hasSize(39);
    assertThat(shuffled().with("classes", "caption").classes()).hasSize(6).contains("a", "zero");
  }

  @Test
  void picturesThatAreTooSmallArePassedOverHoweverManyTheyAre() throws IOException {
    Files.write(folder.resolve("large.png"), Png.encode(grey(9, 8, 1), Map.of()));
    Files.writeString(folder.resolve("large.txt"), "large");
    var passed = new BadPictures(0, 5);
    var shuffled = new Shuffled(open(), Preparation.DEFAULT, Optional.empty(), passed);
    for (int i = 0; i <= N; i++) {
      assertThat(shuffled.examples(2, 3).get(i).caption()).isEqualTo("large");
      assertThat(shuffled.examples(2, 3).named(i).key()).isEqualTo("large.png");
    }
    assertThat(passed.small()).isEqualTo(N);
    assertThat(passed.reasons()).isEmpty();
    var none = new Shuffled(open(), Preparation.DEFAULT, Optional.empty(), new BadPictures(0, 10));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> none.examples(2, 3).get(0))
        .withMessage("min-size: 10 (expected: the shorter side of a picture of " + folder + ")");
  }

  @Test
  void moreThanAFewBadPicturesAreAnError() throws IOException {
    Files.writeString(folder.resolve("bad.png"), "no picture");
    CaptionedImages examples = shuffled().examples(2, 9);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LongStream.range(0, N + 1).forEach(examples::get))
        .withMessageStartingWith(
            "data: "
                + folder
                + ", 1 of 6 pictures cannot be read (expected: at most 5 %; data --fix writes a"
                + " clean copy), such as bad.png: ");
  }

  @Test
  void foldersOrCaptionsAreClasses() throws IOException {
    for (String name : List.of("cat/1.png", "cat/2.png", "ape/1.png")) {
      Path file = folder.resolve("classes").resolve(name);
      Files.createDirectories(file.resolveSibling(""));
      Files.write(file, Png.encode(grey(2, 2, 1), Map.of()));
      String text = name.endsWith("1.png") ? "one" : "two";
      Files.writeString(file.resolveSibling(name.charAt(4) + ".txt"), text);
    }
    var pictures = PictureFiles.folder("data", folder.resolve("classes"));
    var plain = new Shuffled(pictures);
    assertThat(plain.classes()).isEmpty();
    assertThat(plain.techniques(DataSet.Use.PICTURES)).containsEntry("classes", "none");
    var byFolder = plain.with("classes", "folder");
    assertThat(byFolder.classes()).containsExactly("ape", "cat");
    assertThat(byFolder.techniques(DataSet.Use.PICTURES)).containsEntry("classes", "folder");
    var seen = LongStream.range(0, 3).mapToObj(i -> byFolder.examples(2, 1).get(i).caption());
    assertThat(seen).containsExactlyInAnyOrder("ape", "cat", "cat");
    assertThat(plain.with("classes", "caption").classes()).containsExactly("one", "two");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> shuffled().with("classes", "folder"))
        .withMessageContaining("(expected: pictures in folders)");
  }

  private PictureFiles open() {
    return PictureFiles.open("data", List.of(folder.toString()), Columns.DEFAULT);
  }

  private Shuffled shuffled() {
    return new Shuffled(open());
  }

  private static Image grey(int width, int height, int level) {
    float[] pixels = new float[width * height * 3];
    Arrays.fill(pixels, (float) (2 * (50 * level / 255.0) - 1));
    return new Image(width, height, pixels);
  }
}
