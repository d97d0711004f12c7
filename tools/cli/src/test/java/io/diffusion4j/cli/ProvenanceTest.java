package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.client.Recipes;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.provenance.MarkedFile;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.provenance.Recipe;
import io.diffusion4j.provenance.SigningKey;
import io.diffusion4j.provenance.SourceType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands about the origin of pictures. */
class ProvenanceTest {
  @TempDir private Path folder = Path.of("");
  private String picture = "";
  private String key = "";

  @BeforeEach
  void signOne() throws IOException {
    Path file = folder.resolve("signing.key");
    assertThat(Run.of("keygen", file.toString()).status()).isZero();
    key = SigningKey.publicFile(file).toString();
    var provenance = Provenance.DECLARED.withKey(SigningKey.read(file));
    byte[] png =
        provenance.encode(
            image(),
            Optional.of(new Recipe(Recipes.KEYWORD, "{}")),
            SourceType.TRAINED_ALGORITHMIC_MEDIA);
    picture = Files.write(folder.resolve("picture.png"), png).toString();
  }

  private static Image image() {
    float[] pixels = new float[3 * 80 * 80];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) Math.sin(i / 900.0);
    }
    return new Image(80, 80, pixels);
  }

  @Test
  void verifyTellsMadeHereChangedAndUnknownApart() throws IOException {
    Run made = Run.of("verify", picture, "--key", key);
    assertThat(made.status()).isZero();
    assertThat(made.out()).contains(": made here: the pixels and the recipe are as signed");

    String other =
        Files.write(folder.resolve("other.png"), Png.encode(image(), Map.of())).toString();
    Run unknown = Run.of("verify", other, picture, "--key", key, "--json");
    assertThat(unknown.status()).isEqualTo(4);
    assertThat(unknown.out().lines())
        .anyMatch(line -> line.contains("\"verdict\":\"unknown\""))
        .anyMatch(line -> line.contains("\"verdict\":\"made_here\""));

    float[] brighter = image().pixels();
    brighter[0] += 0.5f;
    byte[] changed = Png.encode(new Image(80, 80, brighter), Map.of());
    String xmp = Png.xmp(Files.readAllBytes(Path.of(picture))).orElseThrow();
    Path edited = folder.resolve("edited.png");
    Files.write(edited, MarkedFile.of(changed).withXmp(xmp).bytes());
    assertThat(Run.of("verify", edited.toString(), other, "--key", key).status()).isEqualTo(3);
  }

  @Test
  void signMarksAgain() {
    String signed = folder.resolve("signed.png").toString();
    String own = folder.resolve("signing.key").toString();
    assertThat(Run.of("sign", picture, "--sign", own, "--output", signed).status()).isZero();
    assertThat(Run.of("verify", signed, "--key", key).status()).isZero();
  }

  @Test
  void badInputIsOneLine() throws IOException {
    assertThat(Run.of("keygen", folder.resolve("signing.key").toString()).err())
        .contains("signing.key (expected: a new file)");
    Run text = Run.of("verify", Files.writeString(folder.resolve("a.txt"), "a").toString());
    assertThat(text.status()).isEqualTo(1);
    assertThat(text.err()).contains("a.txt: picture: unknown format");
    Run half = Run.of("sign", picture, "--c2pa", key, "--output", picture);
    assertThat(half.status()).isEqualTo(2);
    assertThat(half.err()).contains("c2pa: without a key (expected: a certificate and its key)");
    Run wrong = Run.of("sign", picture, "--sign", key, "--output", picture);
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err())
        .contains("which others can access (expected: a file of its owner alone");
  }
}
