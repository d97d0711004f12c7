package io.diffusion4j.cli.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.data.BadPictures;
import io.diffusion4j.data.Preparation;
import io.diffusion4j.data.Preparation.Crop;
import io.diffusion4j.data.Preparation.Fit;
import io.diffusion4j.data.Shuffled;
import io.diffusion4j.data.files.Columns;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainingPicturesTest {
  @TempDir private Path folder = Path.of("");

  private void write(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      Files.write(folder.resolve(i + ".png"), Png.encode(new Image(4, 2, new float[24]), Map.of()));
      Files.writeString(folder.resolve(i + ".txt"), "one\ntwo\nthree\n");
    }
  }

  @Test
  void heldOutPicturesArePreparedAsTheOthersWithoutAugmentation() throws IOException {
    write(20);
    try (var own =
        OwnPictures.open(
            List.of(folder.toString()),
            Columns.DEFAULT,
            Optional.of("0.5"),
            new Preparation(Fit.CONTAIN, Crop.RANDOM, true),
            new BadPictures(0, 2),
            1,
            Optional.empty(),
            Optional.empty())) {
      var held = (Shuffled) own.validation().orElseThrow();
      assertThat(held.preparation()).isEqualTo(new Preparation(Fit.CONTAIN, Crop.CENTER, false));
      assertThat(held.bad().minSize()).isEqualTo(2);
      assertThat(held.bad()).isNotSameAs(own.bad().get(0));
    }
  }

  @Test
  void picturesOfAConceptComeAsOftenAsThePromptsWhateverTheirCaptions() throws IOException {
    write(4);
    assertThat(ConceptCommand.weight(24, folder)).isEqualTo(6);
    assertThat(ConceptCommand.weight(1, folder)).isEqualTo(1);
  }
}
