package io.diffusion4j.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.data.files.Columns;
import io.diffusion4j.data.files.PictureFiles;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures held out by their keys. */
class SplitTest {
  private static PictureSet numbered(int size) {
    return new PictureSet() {
      @Override
      public String name() {
        return "numbers";
      }

      @Override
      public long size() {
        return size;
      }

      @Override
      public String key(long index) {
        return index + ".png";
      }

      @Override
      public List<String> captions(long index) {
        return List.of("number " + index);
      }

      @Override
      public Image image(long index) {
        return new Image(1, 1, new float[] {index, index, index});
      }
    };
  }

  private static Set<String> keys(PictureSet set) {
    return new HashSet<>(LongStream.range(0, set.size()).mapToObj(set::key).toList());
  }

  @Test
  void thePartsAreTheWholeAndKeepWhatBelongsTogether() {
    Split split = Split.byKey(numbered(5000), 0.1);
    assertThat(split.validation().size() / 5000.0).isCloseTo(0.1, within(0.02));
    assertThat(split.training().size() + split.validation().size()).isEqualTo(5000);
    assertThat(keys(split.training())).doesNotContainAnyElementsOf(keys(split.validation()));
    String key = split.validation().key(7);
    String number = key.replace(".png", "");
    assertThat(split.validation().captions(7)).containsExactly("number " + number);
    assertThat(split.validation().image(7).pixels()).containsOnly(Float.parseFloat(number));
  }

  @Test
  void aPictureStaysOnItsSideWhenOthersAreAdded() {
    Set<String> before = keys(Split.byKey(numbered(500), 0.1).validation());
    Set<String> after = keys(Split.byKey(numbered(5000), 0.1).validation());
    assertThat(after).containsAll(before).hasSizeGreaterThan(before.size());
    assertThat(keys(Split.byKey(numbered(500), 0.2).validation())).containsAll(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "1", "-0.5", "2e3"})
  void aShareLeavesSomethingOnBothSides(String share) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PictureFiles.split("validation", share, numbered(5), Columns.DEFAULT))
        .withMessage(
            "validation: " + Double.parseDouble(share) + " (expected: in (0, 1), or a data set)");
  }

  @Test
  void aShareOfTooFewPicturesIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Split.byKey(numbered(3), 1e-9))
        .withMessage(
            "validation: 1.0E-9, which holds out 0 of 3 pictures"
                + " (expected: a share that leaves pictures on both sides)");
  }

  @Test
  void anotherSetMayBeHeldOut(@TempDir Path folder) throws IOException {
    Files.write(folder.resolve("a.png"), Png.encode(new Image(2, 2, new float[12]), Map.of()));
    PictureSet all = numbered(3);
    Split split = PictureFiles.split("validation", folder.toString(), all, Columns.DEFAULT);
    assertThat(split.training()).isSameAs(all);
    assertThat(keys(split.validation())).containsExactly("a.png");
    Path nowhere = folder.resolve("nowhere");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> PictureFiles.split("validation", nowhere.toString(), all, Columns.DEFAULT))
        .withMessage("validation: " + nowhere + " (expected: a folder, a list or a tar file)");
  }
}
