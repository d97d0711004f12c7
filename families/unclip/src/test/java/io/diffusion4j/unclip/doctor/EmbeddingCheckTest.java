package io.diffusion4j.unclip.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.component.TextEncoding;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is found out about embeddings whose cosines are known. */
final class EmbeddingCheckTest {
  private static final float[] RIGHT = {1, 0};
  private static final float[] LEFT = {0.8f, 0.6f};

  private static TextEncoding text(float... embedding) {
    return new TextEncoding(embedding, new boolean[] {true}, embedding);
  }

  @Test
  void neighboursAreToldApartWhereTheOwnCaptionIsNearer() {
    var twos = List.of(text(RIGHT), text(LEFT), text(RIGHT), text(LEFT), text(RIGHT));
    var check = new EmbeddingCheck(twos, List.of(RIGHT, LEFT, RIGHT, RIGHT, RIGHT));
    assertThat(check.tellingApart()).endsWith(" exchanged 75 % of the time");
  }

  @Test
  void whatIsTheSameForBothTellsNothing() {
    var check = new EmbeddingCheck(List.of(text(RIGHT), text(RIGHT)), List.of(RIGHT, LEFT));
    assertThat(check.tellingApart()).endsWith(" exchanged 0 % of the time");
  }

  @Test
  void dimensionsAreCountedByTheirVariance() {
    var random = new Random(5);
    List<float[]> images = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      float[] image = new float[20];
      for (int k = 0; k < image.length; k++) {
        image[k] = 7 + (k < 5 ? (float) random.nextGaussian() : 0.01f * k);
      }
      images.add(image);
    }
    var texts = Collections.nCopies(images.size(), text(images.get(0)));
    assertThat(new EmbeddingCheck(texts, images).diagnosis("clip").finding())
        .endsWith(", which use 5 of 20 dimensions");
  }
}
