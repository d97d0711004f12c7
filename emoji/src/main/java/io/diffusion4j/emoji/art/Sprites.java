package io.diffusion4j.emoji.art;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;
import static java.util.Objects.requireNonNull;

import io.diffusion4j.diffusion.cache.UserCache;
import io.diffusion4j.diffusion.digest.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.SoftReference;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The pictures of some concepts in some styles, in memory. Immutable and thread-safe.
 *
 * <p>They are rasterised once, which takes about a minute for {@link ConceptSet#core()}, and kept
 * in the user's cache folder. A damaged file is made again.
 *
 * <p>The rasteriser is the JDK's, so the pixels may differ in the last bit between JDKs; {@link
 * #fingerprint()} detects this.
 */
public final class Sprites {
  /** The version of the rasterisation; it changes whenever the pixels of a drawing would change. */
  private static final String RASTERIZER = "jsvg 2.0.0, premultiplied, trimmed at 16";

  private static final System.Logger LOG = System.getLogger(Sprites.class.getName());

  private static volatile SoftReference<Loaded> last = new SoftReference<>(null);

  private final Map<Style, Map<Concept, Sprite>> sprites;
  private final String fingerprint;

  private Sprites(Map<Style, Map<Concept, Sprite>> sprites, String fingerprint) {
    this.sprites = sprites;
    this.fingerprint = fingerprint;
  }

  /**
   * Returns the sprites of the user's cache folder, with missing ones rasterised. They take
   * hundreds of megabytes, so the data sets of one training share them.
   */
  public static Sprites load(ConceptSet concepts, Set<Style> styles, int size) {
    Loaded before = last.get();
    if (before != null && before.equals(new Loaded(concepts, styles, size, before.sprites))) {
      return before.sprites;
    }
    var loaded = load(concepts, styles, size, userCache());
    last = new SoftReference<>(new Loaded(concepts, Set.copyOf(styles), size, loaded));
    return loaded;
  }

  private record Loaded(ConceptSet concepts, Set<Style> styles, int size, Sprites sprites) {}

  /**
   * Loads sprites from a cache folder, and rasterises missing ones.
   *
   * @param size the size of the master canvases in pixels, 16 to 512; scenes shrink them
   */
  public static Sprites load(ConceptSet concepts, Set<Style> styles, int size, Path cache) {
    if (size < 16 || size > 512) {
      throw new IllegalArgumentException("size: " + size + " (expected: 16 to 512 pixels)");
    }
    if (styles.isEmpty()) {
      throw new IllegalArgumentException("styles: none (expected: at least one)");
    }
    Map<Style, Map<Concept, Sprite>> sprites = new EnumMap<>(Style.class);
    MessageDigest digest = Sha256.start();
    for (Style style : EnumSet.copyOf(styles)) {
      List<Concept> drawn = concepts.concepts().stream().filter(c -> c.isDrawnIn(style)).toList();
      Map<Concept, Sprite> ofStyle = new HashMap<>();
      List<Sprite> loaded = load(drawn, style, size, cache);
      for (int i = 0; i < drawn.size(); i++) {
        ofStyle.put(drawn.get(i), loaded.get(i));
        update(digest, loaded.get(i));
      }
      sprites.put(style, ofStyle);
    }
    return new Sprites(sprites, HexFormat.of().formatHex(digest.digest()));
  }

  /**
   * Returns the picture of a concept in a style.
   *
   * @throws IllegalArgumentException if the style does not have it, or it was not loaded
   */
  public Sprite get(Concept concept, Style style) {
    Sprite sprite = sprites.getOrDefault(style, Map.of()).get(concept);
    if (sprite == null) {
      throw new IllegalArgumentException(
          "sprite: " + concept + " in " + style.words() + " (expected: one that was loaded)");
    }
    return sprite;
  }

  /** Returns the loaded styles. */
  public Set<Style> styles() {
    return EnumSet.copyOf(sprites.keySet());
  }

  /**
   * Returns the SHA-256 of all pixels in hexadecimal, which checkpoints record as the digest of
   * their training data.
   */
  public String fingerprint() {
    return fingerprint;
  }

  /**
   * Returns {@code $XDG_CACHE_HOME/diffusion4j/sprites}, or {@code ~/.cache/diffusion4j/sprites}.
   */
  public static Path userCache() {
    return UserCache.folder("sprites");
  }

  private static List<Sprite> load(Collection<Concept> drawn, Style style, int size, Path cache) {
    List<String> names = drawn.stream().map(c -> name(c, style)).toList();
    String key =
        "iconify %s; %s; %s at %d; %s"
            .formatted(IconSet.RELEASE, RASTERIZER, style.set(), size, String.join(" ", names));
    SpriteFile file = SpriteFile.in(cache, style.set() + "-" + size, key);
    if (Files.exists(file.path())) {
      try {
        return file.read();
      } catch (IOException e) {
        LOG.log(WARNING, "Making the sprites again: {0}", e.getMessage());
      }
    }
    List<Sprite> made = rasterize(names, style, size);
    try {
      file.write(made);
    } catch (IOException e) {
      throw new UncheckedIOException("cache: " + cache + " (expected: a writable folder)", e);
    }
    return made;
  }

  private static List<Sprite> rasterize(List<String> names, Style style, int size) {
    long start = System.nanoTime();
    Map<String, Icon> icons = IconSet.read(style, new LinkedHashSet<>(names));
    var rasterizer = new Rasterizer(style, size);
    List<Sprite> made = new ArrayList<>(names.size());
    for (String name : names) {
      try {
        made.add(rasterizer.rasterize(requireNonNull(icons.get(name))));
      } catch (RuntimeException e) {
        throw new IllegalStateException("icon: " + name + " of " + style.set(), e);
      }
    }
    LOG.log(
        INFO,
        "Rasterised {0} pictures of {1} in {2} ms",
        made.size(),
        style.set(),
        (System.nanoTime() - start) / 1_000_000);
    return made;
  }

  private static String name(Concept concept, Style style) {
    String name = concept.icons().get(style);
    if (name == null) {
      throw new IllegalArgumentException(
          "style: " + style.words() + " (expected: one that draws " + concept + ")");
    }
    return name;
  }

  private static void update(MessageDigest digest, Sprite sprite) {
    ByteBuffer bytes = ByteBuffer.allocate(8 + 4 * sprite.pixels().length);
    bytes.putInt(sprite.width()).putInt(sprite.height());
    bytes.asIntBuffer().put(sprite.pixels());
    digest.update(bytes.array());
  }
}
