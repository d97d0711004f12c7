package io.diffusion4j.emoji.art;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpritesTest {
  private static final ConceptSet FEW = ConceptSet.ofLabels("few", List.of("elephant", "penguin"));
  private static final Set<Style> STYLE = EnumSet.of(Style.OUTLINED, Style.FIREFOX);

  private Path cache;

  @BeforeEach
  void open(@TempDir Path folder) {
    cache = folder;
  }

  @Test
  void spritesAreCutToWhatIsVisible() {
    Sprite elephant = load().get(FEW.concepts().get(0), Style.FIREFOX);
    assertThat(Math.max(elephant.width(), elephant.height())).isBetween(40, 64);
    for (int[] edge : new int[][] {{0, 0, 0, 1}, {0, 0, 1, 0}}) {
      int visible = 0;
      for (int i = 0; i < (edge[2] == 1 ? elephant.width() : elephant.height()); i++) {
        visible = Math.max(visible, elephant.argb(i * edge[2], i * edge[3]) >>> 24);
      }
      assertThat(visible).isGreaterThanOrEqualTo(16);
    }
  }

  @Test
  void noColourIsBrighterThanItsAlpha() {
    Sprite penguin = load().get(FEW.concepts().get(1), Style.OUTLINED);
    for (int y = 0; y < penguin.height(); y++) {
      for (int x = 0; x < penguin.width(); x++) {
        int argb = penguin.argb(x, y);
        assertThat(argb >>> 24)
            .isGreaterThanOrEqualTo(argb >> 16 & 255)
            .isGreaterThanOrEqualTo(argb >> 8 & 255)
            .isGreaterThanOrEqualTo(argb & 255);
      }
    }
  }

  @Test
  void dataSetsShareWhatTheyShow() {
    Sprites sprites = Sprites.load(FEW, STYLE, 64);
    assertThat(Sprites.load(FEW, EnumSet.copyOf(STYLE), 64)).isSameAs(sprites);
    assertThat(Sprites.load(FEW, STYLE, 32)).isNotSameAs(sprites);
    assertThat(Sprites.load(FEW, EnumSet.of(Style.FLUENT), 32).styles())
        .containsExactly(Style.FLUENT);
  }

  @Test
  void theCacheGivesTheSamePixels() throws IOException {
    Sprites made = load();
    List<Long> written = times();
    Sprites read = load();
    assertThat(times()).isEqualTo(written);
    assertSame(read, made);
    assertThat(files()).hasSize(2).allMatch(f -> f.toString().endsWith(".sprites"));
  }

  @Test
  void aDamagedCacheIsMadeAnew() throws IOException {
    Sprites made = load();
    Path file = files().get(0);
    byte[] good = Files.readAllBytes(file);
    byte[] flipped = good.clone();
    flipped[good.length / 2] ^= 1;
    for (byte[] bad : List.of(flipped, new byte[0], "sprites".getBytes(UTF_8), cut(good, 100))) {
      Files.write(file, bad);
      assertSame(load(), made);
      assertThat(Files.readAllBytes(file)).isEqualTo(good);
    }
  }

  @Test
  void otherConceptsOrSizesAreOtherFiles() throws IOException {
    load();
    Sprites.load(FEW, STYLE, 32, cache);
    Sprites.load(ConceptSet.ofLabels("one", List.of("elephant")), STYLE, 64, cache);
    assertThat(files()).hasSize(6);
  }

  @Test
  void blursAreDrawnLargeAndAveraged() {
    Sprites fluent = Sprites.load(FEW, EnumSet.of(Style.FLUENT), 64, cache);
    Sprite elephant = fluent.get(FEW.concepts().get(0), Style.FLUENT);
    assertThat(Math.max(elephant.width(), elephant.height())).isBetween(48, 64);
  }

  @Test
  void whatIsWrongIsSaid() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sprites.load(FEW, STYLE, 8, cache))
        .withMessage("size: 8 (expected: 16 to 512 pixels)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Sprites.load(FEW, Set.of(), 64, cache))
        .withMessage("styles: none (expected: at least one)");
  }

  private Sprites load() {
    return Sprites.load(FEW, STYLE, 64, cache);
  }

  private static void assertSame(Sprites actual, Sprites expected) {
    for (Concept concept : FEW.concepts()) {
      for (Style style : STYLE) {
        assertThat(actual.get(concept, style))
            .usingRecursiveComparison()
            .isEqualTo(expected.get(concept, style));
      }
    }
    assertThat(actual.fingerprint()).isEqualTo(expected.fingerprint()).hasSize(64);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(cache)) {
      return files.sorted().toList();
    }
  }

  private List<Long> times() throws IOException {
    List<Long> times = new ArrayList<>();
    for (Path file : files()) {
      times.add(Files.getLastModifiedTime(file).to(TimeUnit.NANOSECONDS));
    }
    return times;
  }

  private static byte[] cut(byte[] bytes, int off) {
    return Arrays.copyOf(bytes, bytes.length - off);
  }
}
