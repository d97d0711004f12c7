package io.diffusion4j.cli.console;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.jline.terminal.impl.ITerm2Graphics;
import org.jline.terminal.impl.KittyGraphics;
import org.jline.terminal.impl.SixelGraphics;
import org.jline.terminal.impl.TerminalGraphics.ImageOptions;

/** The protocols by which terminals show images between lines of text. */
public enum InlineImages {
  /** The protocol of Kitty, which Ghostty and Konsole have too. */
  KITTY {
    @Override
    String text(BufferedImage image) throws IOException {
      return KITTY_GRAPHICS.convertImageChunked(image, new ImageOptions(), CHUNK);
    }
  },
  /** The protocol of iTerm2, which WezTerm and Mintty have too. */
  ITERM2 {
    @Override
    String text(BufferedImage image) throws IOException {
      return new ITerm2Graphics().convertImage(image, new ImageOptions());
    }
  },
  /** The graphics of DEC's terminals, which foot, mlterm and Windows Terminal have. */
  SIXEL {
    @Override
    String text(BufferedImage image) throws IOException {
      return SixelGraphics.convertToSixel(image);
    }
  };

  /** One for all images, as it numbers them; an image replaces another of its number. */
  private static final KittyGraphics KITTY_GRAPHICS = new KittyGraphics();

  /** The most characters of a piece, which the protocol of Kitty limits. */
  private static final int CHUNK = 4096;

  abstract String text(BufferedImage image) throws IOException;

  /** Returns the name on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns the protocol of a terminal; empty if the terminal has no known protocol, or is a
   * multiplexer such as tmux or screen.
   *
   * @param environment the variables that terminals set
   */
  public static Optional<InlineImages> of(Map<String, String> environment) {
    if (environment.containsKey("TMUX") || environment.containsKey("STY")) {
      return Optional.empty();
    }
    String term = environment.getOrDefault("TERM", "");
    String program = environment.getOrDefault("TERM_PROGRAM", "");
    if (term.equals("xterm-kitty")
        || program.equals("ghostty")
        || environment.containsKey("KONSOLE_VERSION")) {
      return Optional.of(KITTY);
    }
    if (program.equals("iTerm.app") || program.equals("WezTerm") || program.equals("mintty")) {
      return Optional.of(ITERM2);
    }
    boolean hasSixel =
        term.startsWith("foot")
            || term.startsWith("mlterm")
            || term.contains("sixel")
            || environment.containsKey("WT_SESSION");
    return hasSixel ? Optional.of(SIXEL) : Optional.empty();
  }

  /**
   * Returns the characters that show an image.
   *
   * @param file a PNG file
   */
  public String show(byte[] file) {
    try {
      return text(ImageIO.read(new ByteArrayInputStream(file)));
    } catch (IOException e) {
      throw new IllegalStateException("a PNG in memory is read without a disk", e);
    }
  }
}
