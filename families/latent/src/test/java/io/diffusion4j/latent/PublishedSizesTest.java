package io.diffusion4j.latent;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.latent.ConditionalUnet.Level;
import io.diffusion4j.nn.Manifest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parameters of the published sizes are the published ones: every name and every shape. */
class PublishedSizesTest {
  @Test
  void theParametersOfThePublishedSizesAreThePublishedOnes() throws IOException {
    Map<String, Manifest> manifests = new LinkedHashMap<>();
    unets().forEach((name, unet) -> manifests.put(name, unet.manifest()));
    manifests.put("sd1-text", ClipFolders.manifest(StableDiffusionConfig.clipL()));
    manifests.put("sd2-text", ClipFolders.manifest(StableDiffusionConfig.openClipH()));
    manifests.put("vae", Vae.Kl.published().manifest());
    manifests.put("taesd", TinyAutoencoder.published().manifest());
    for (var entry : manifests.entrySet()) {
      var shapes = new ArrayList<String>();
      entry
          .getValue()
          .shapes()
          .forEach((key, shape) -> shapes.add(key + "\t" + Arrays.toString(shape)));
      assertThat(shapes)
          .as(entry.getKey())
          .containsExactlyInAnyOrderElementsOf(keys(entry.getKey()));
      assertThat(PublishedNetwork.of(entry.getValue())).as(entry.getKey()).isPresent();
    }
  }

  private static Map<String, ConditionalUnet> unets() {
    Map<String, ConditionalUnet> unets = new LinkedHashMap<>();
    unets.put("sd1-unet", StableDiffusionConfig.sd15().unet());
    unets.put("sd1-unet-inpaint", StableDiffusionConfig.unet1(9, 0));
    unets.put("lcm-unet", StableDiffusionConfig.unet1(4, 256));
    unets.put("sd2-unet", StableDiffusionConfig.sd21().unet());
    unets.put("sd2-unet-inpaint", StableDiffusionConfig.unet2(64, 9, 0));
    unets.put("unclip-h-unet", StableDiffusionConfig.unet2(96, 4, 2 * 1024));
    unets.put("unclip-l-unet", StableDiffusionConfig.unet2(96, 4, 2 * 768));
    unets.put("sdxs-dreamshaper-unet", StableDiffusionConfig.sdxs().unet());
    var four = List.of(320, 640, 1280, 1280);
    var three = List.of(320, 640, 1280);
    unets.put("bk-sdm-base-unet", small(four, List.of(8, 8, 8, 8), true, 768, false, false));
    unets.put("bk-sdm-small-unet", small(four, List.of(8, 8, 8, 8), false, 768, false, false));
    unets.put("bk-sdm-tiny-unet", small(three, List.of(8, 8, 8), false, 768, false, false));
    unets.put("bk-sdm-v2-tiny-unet", small(three, List.of(5, 10, 20), false, 1024, true, false));
    unets.put("sdxs-0.9-unet", small(three, List.of(5, 10, 20), false, 1024, true, true));
    return unets;
  }

  private static ConditionalUnet small(
      List<Integer> channels,
      List<Integer> heads,
      boolean middle,
      int contextDim,
      boolean linear,
      boolean textOnly) {
    List<Level> levels = new ArrayList<>();
    for (int i = 0; i < channels.size(); i++) {
      boolean attends = i < 3;
      boolean only = textOnly && i == 0;
      levels.add(new Level(channels.get(i), 1, heads.get(i), attends, attends, only));
    }
    return new ConditionalUnet(64, 4, 4, levels, middle, contextDim, linear, 32, 1e-5, 0, 0);
  }

  private static List<String> keys(String network) throws IOException {
    String name = "/keys/" + network + ".txt.gz";
    try (var file = PublishedSizesTest.class.getResourceAsStream(name);
        var reader =
            new BufferedReader(
                new InputStreamReader(
                    new GZIPInputStream(Objects.requireNonNull(file)), StandardCharsets.UTF_8))) {
      return reader.lines().toList();
    }
  }

  @Test
  void aRandomModelIsSound(@TempDir Path folder) {
    var config = StableDiffusionConfig.small();
    List<String> written = new ArrayList<>();
    new RandomStableDiffusion(config).write(folder, DType.BF16, 7, written::add);
    assertThat(written).containsExactly("text_encoder", "tokenizer", "unet", "vae", "scheduler");
    var report = StableDiffusionFolder.report(folder);
    assertThat(report.allFailures()).isEmpty();
    assertThat(StableDiffusionFolder.DENOISER.readIn(folder)).isEqualTo(config.unet());
    assertThat(StableDiffusionFolder.AUTOENCODER.readIn(folder)).isEqualTo(config.vae());
    assertThat(StableDiffusionFolder.TEXT.readIn(folder)).isEqualTo(config.text());
    assertThat(StableDiffusionFolder.NOISE.readIn(folder)).isEqualTo(config.scheduler());
  }
}
