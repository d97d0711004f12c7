package io.diffusion4j.diffusion.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.stage.SamplingListener.Progress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SamplingListenerTest {
  @Test
  void latentsAreDecodedWhenTheyAreRead() {
    List<float[]> decoded = new ArrayList<>();
    List<Progress> seen = new ArrayList<>();
    SamplingListener listener = seen::add;
    listener
        .decoding(
            new Pixels(2, 1),
            latent -> {
              decoded.add(latent);
              return new float[] {-latent[0]};
            })
        .onProgress(
            new Progress(
                "decoder", 3, 7, List.of(new float[] {1}, new float[] {2}), new Pixels(1, 1)));

    Progress at = seen.get(0);
    assertThat(at.stage()).isEqualTo("decoder");
    assertThat(at.step()).isEqualTo(3);
    assertThat(at.steps()).isEqualTo(7);
    assertThat(at.size()).isEqualTo(new Pixels(2, 1));
    assertThat(at.x0()).hasSize(2);
    assertThat(decoded).isEmpty();
    assertThat(at.x0().get(1)).containsExactly(-2);
    assertThat(decoded).hasSize(1);
  }
}
