package io.diffusion4j.latent;

import io.diffusion4j.clip.ClipTextModel;
import io.diffusion4j.diffusion.component.TextEncoding;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A text tower, and the same without some of its last blocks ({@code clip_skip} of diffusers). Of
 * the shorter ones the last used stays open. Thread-safe; holds native memory until it is closed.
 */
final class TextTowers implements AutoCloseable {
  private final IntFunction<ClipTextModel> opener;
  private final ClipTextModel whole;
  private @Nullable ClipTextModel shorter;
  private int skipped;

  /**
   * Opens the whole tower.
   *
   * @param opener opens the tower without a number of its last blocks
   */
  TextTowers(IntFunction<ClipTextModel> opener) {
    this.opener = opener;
    whole = opener.apply(0);
  }

  /** Encodes texts without the last blocks, fewer than there are. */
  List<TextEncoding> encode(List<String> texts, int skip) {
    return skip == 0 ? whole.encode(texts) : shortened(texts, skip);
  }

  private synchronized List<TextEncoding> shortened(List<String> texts, int skip) {
    ClipTextModel tower = shorter;
    if (tower == null || skipped != skip) {
      closeShorter();
      tower = opener.apply(skip);
      shorter = tower;
      skipped = skip;
    }
    return tower.encode(texts);
  }

  private void closeShorter() {
    ClipTextModel tower = shorter;
    shorter = null;
    if (tower != null) {
      tower.close();
    }
  }

  @Override
  public synchronized void close() {
    closeShorter();
    whole.close();
  }
}
