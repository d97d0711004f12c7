package io.diffusion4j.emoji.scene;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.emoji.art.Concept;
import io.diffusion4j.emoji.art.Style;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;

/**
 * The held-out combinations: a pure function of the content, so that anyone can recompute them.
 *
 * <p>A combination is held out when the first 32 bits of the SHA-256 of its name, as an unsigned
 * big-endian number, are a multiple of ten.
 */
public final class Splits {
  private static final int ONE_IN = 10;

  private Splits() {}

  /** Whether the picture of a concept in a style is never trained on. */
  public static boolean isHeldOut(Concept concept, Style style) {
    return isHeldOut("style|" + concept.codePoints() + "|" + style.family());
  }

  /** Whether a concept is never trained on before a background. White is never held out. */
  public static boolean isHeldOut(Concept concept, NamedColor background) {
    return background != NamedColor.WHITE
        && isHeldOut("background|" + concept.codePoints() + "|" + background.word());
  }

  /** Whether a concept is never trained on in this number. One is never held out. */
  public static boolean isHeldOut(Concept concept, int count) {
    return count > 1 && isHeldOut("count|" + concept.codePoints() + "|" + count);
  }

  /** Whether two concepts are never trained on in this relation. */
  public static boolean isHeldOut(Concept first, Relation relation, Concept second) {
    return isHeldOut(
        "pair|" + first.codePoints() + "|" + relation.word() + "|" + second.codePoints());
  }

  /** Returns the test splits whose combinations a scene contains; none if it may be trained on. */
  public static Set<SceneSplit> heldOut(Scene scene) {
    Set<SceneSplit> heldOut = EnumSet.noneOf(SceneSplit.class);
    for (Concept concept : scene.subject().concepts()) {
      if (isHeldOut(concept, scene.style())) {
        heldOut.add(SceneSplit.HELD_OUT_STYLE);
      }
      if (isHeldOut(concept, scene.background())) {
        heldOut.add(SceneSplit.HELD_OUT_BACKGROUND);
      }
    }
    if (scene.subject() instanceof Subject.Several several
        && isHeldOut(several.concept(), several.count())) {
      heldOut.add(SceneSplit.HELD_OUT_COUNT);
    }
    if (scene.subject() instanceof Subject.Pair pair
        && isHeldOut(pair.first(), pair.relation(), pair.second())) {
      heldOut.add(SceneSplit.HELD_OUT_RELATION);
    }
    return heldOut;
  }

  private static boolean isHeldOut(String combination) {
    return hash(combination) % ONE_IN == 0;
  }

  /** Returns the first eight hexadecimal digits of the SHA-256, as a number. */
  static long hash(String s) {
    return Integer.toUnsignedLong(ByteBuffer.wrap(Sha256.of(s.getBytes(UTF_8))).getInt());
  }
}
