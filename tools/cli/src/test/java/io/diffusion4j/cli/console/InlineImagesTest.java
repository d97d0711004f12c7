package io.diffusion4j.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InlineImagesTest {
  /** Pixels without a pattern, so that the file has several pieces. */
  private static byte[] file() {
    float[] pixels = new float[3 * 64 * 48];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) Math.sin(i * (double) i);
    }
    return Png.encode(new Image(64, 48, pixels), Map.of());
  }

  private static int[] pixels(byte[] file) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(file));
    return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
  }

  @ParameterizedTest
  @CsvSource({
    "TERM, xterm-kitty, KITTY",
    "TERM_PROGRAM, ghostty, KITTY",
    "KONSOLE_VERSION, 240802, KITTY",
    "TERM_PROGRAM, iTerm.app, ITERM2",
    "TERM_PROGRAM, WezTerm, ITERM2",
    "TERM, foot-extra, SIXEL",
    "WT_SESSION, 3b0d, SIXEL"
  })
  void terminalsAreKnownByTheirVariables(String name, String value, InlineImages protocol) {
    assertThat(InlineImages.of(Map.of(name, value))).contains(protocol);
    assertThat(InlineImages.of(Map.of(name, value, "TMUX", "/tmp/tmux"))).isEmpty();
  }

  @Test
  void othersShowNone() {
    for (String term : new String[] {"xterm-256color", "dumb", "linux"}) {
      assertThat(InlineImages.of(Map.of("TERM", term))).isEqualTo(Optional.empty());
    }
  }

  /** The pieces of Kitty's protocol, each of at most 4,096 characters. */
  @Test
  void kittyGetsTheFileInPieces() throws IOException {
    byte[] file = file();
    var pieces =
        Pattern.compile("\u001b_G([^;]*);([^\u001b]*)\u001b\\\\")
            .matcher(InlineImages.KITTY.show(file))
            .results()
            .toList();
    assertThat(pieces).hasSizeGreaterThan(1);
    assertThat(pieces).allMatch(piece -> piece.group(2).length() <= 4096);
    String data = pieces.stream().map(piece -> piece.group(2)).collect(Collectors.joining());
    assertThat(pixels(Base64.getDecoder().decode(data))).isEqualTo(pixels(file));
  }

  @Test
  void iterm2GetsTheFile() throws IOException {
    byte[] file = file();
    var sent =
        Pattern.compile("\u001b]1337;File=[^:]*inline=1[^:]*:([^\u0007]*)\u0007")
            .matcher(InlineImages.ITERM2.show(file));
    assertThat(sent.find()).isTrue();
    MatchResult found = sent.toMatchResult();
    assertThat(pixels(Base64.getDecoder().decode(found.group(1)))).isEqualTo(pixels(file));
  }

  /** The size is in pixels, and rows come in bands of six. */
  @Test
  void sixelGetsBands() {
    String text = InlineImages.SIXEL.show(file());
    assertThat(text).startsWith("\u001bP").endsWith("\u001b\\");
    assertThat(text.chars().filter(c -> c == '-').count()).isBetween(7L, 8L);
  }
}
