package io.diffusion4j.clip;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.clip.Transformer.Activation;
import io.diffusion4j.nn.Batch;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.nn.weights.NamedTensors;
import org.junit.jupiter.api.Test;

class PublishedClipTest {
  private static final Transformer BLOCKS =
      new Transformer(16, 32, 2, 2, Activation.QUICK_GELU, 1e-5);

  private static ClipTextNetwork text(ClipKeys keys) {
    return new ClipTextNetwork(BLOCKS, 10, 4, 8, keys);
  }

  private static ClipVisionNetwork vision(ClipKeys keys) {
    return new ClipVisionNetwork(BLOCKS, 8, 4, 8, keys);
  }

  @Test
  void underTheKeysOfTransformersAnOpenAiTowerComputesTheSame() {
    var texts =
        new Batch(1)
            .ints(ClipTextNetwork.IDS, new int[] {7, 3, 9, 0})
            .floats(ClipTextNetwork.END, new float[] {0, 0, 1, 0});
    assertSame(text(ClipKeys.OPENAI), text(ClipKeys.HUGGING_FACE), texts);
    float[] pixels = new float[8 * 8 * 3];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = i % 7 - 3;
    }
    var pictures = new Batch(1).floats(ClipVisionNetwork.PIXELS, pixels);
    assertSame(vision(ClipKeys.OPENAI), vision(ClipKeys.HUGGING_FACE), pictures);
  }

  private static void assertSame(
      NetworkDefinition openAi, NetworkDefinition transformers, Batch batch) {
    var weights = RandomWeights.of(openAi, 1);
    var converted = new HuggingFaceTensors(transformers, weights);
    Network.of(transformers)
        .parameters()
        .forEach((key, p) -> assertThat(converted.read(key)).as(key).hasSize(p.size()));
    assertThat(run(transformers, converted, batch)).isEqualTo(run(openAi, weights, batch));
  }

  private static float[] run(NetworkDefinition network, NamedTensors weights, Batch batch) {
    try (var compiled = new CompiledNetwork(network, weights, Compute.of(Precision.FLOAT32))) {
      var outputs = compiled.run(batch);
      return outputs.get(outputs.size() - 1);
    }
  }
}
