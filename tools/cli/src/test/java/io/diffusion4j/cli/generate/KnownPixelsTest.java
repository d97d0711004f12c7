package io.diffusion4j.cli.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.cli.generate.KnownPixels.Agreement;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Rgb8;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.provenance.PixelDifference;
import io.diffusion4j.provenance.ReplayFinding;
import io.diffusion4j.serving.request.RecipeFile;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The kit of known pictures, and what agrees with it. */
class KnownPixelsTest {
  private static final String ENGINE = "onednn avx512_core_bf16, threads: 2";

  private static PixelDifference difference(double psnr) {
    return new PixelDifference(1, 3, 1, psnr);
  }

  @Test
  void eachPictureOfTheKitIsTheKnownOneInFloat32() throws IOException {
    List<KnownPixels> table = KnownPixels.table();
    assertThat(new HashSet<>(table)).hasSameSizeAs(table);
    for (RecipeFile picture : KnownPixels.pictures(Precision.FLOAT32)) {
      Rgb8 pixels = Rgb8.of(ImageFiles.read(picture.png(), RecipeFile.MAX_PIXELS));
      var known = new KnownPixels(picture.name(), "f32", ENGINE, ReplayFinding.digest(pixels));
      assertThat(table).contains(known);
      assertThat(Engines.threads(picture.recipe().getEngine()).orElseThrow().count()).isEqualTo(2);
      assertThat(picture.recipe().getPrecision()).isEqualTo("f32");
    }
    assertThat(KnownPixels.pictures(Precision.INT8))
        .hasSize(KnownPixels.PICTURES)
        .allSatisfy(file -> assertThat(file.recipe().getPrecision()).isEqualTo("int8"));
  }

  @Test
  void onAKnownKindOfMachineOnlyTheSamePixelsAgree() throws IOException {
    List<KnownPixels> table = KnownPixels.table();
    for (KnownPixels known : table) {
      assertThat(known.agreement(table, difference(10))).isEqualTo(Agreement.SAME);
      var other = new KnownPixels(known.picture(), known.precision(), known.engine(), "sha256:0");
      assertThat(other.agreement(table, difference(99))).isEqualTo(Agreement.REFUTED);
    }
  }

  @Test
  void onAnotherKindTheDifferenceFromFloat32Decides() throws IOException {
    List<KnownPixels> table = KnownPixels.table();
    for (String engine : List.of("", "onednn isa_0")) {
      var own = new KnownPixels("01.png", "bf16", engine, table.get(0).pixels());
      assertThat(own.agreement(table, difference(47))).isEqualTo(Agreement.CLOSE);
      assertThat(own.agreement(table, difference(43))).isEqualTo(Agreement.REFUTED);
      var single = new KnownPixels("01.png", "f32", engine, table.get(0).pixels());
      assertThat(single.agreement(table, difference(47))).isEqualTo(Agreement.REFUTED);
    }
  }
}
