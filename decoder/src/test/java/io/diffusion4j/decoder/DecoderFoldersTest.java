package io.diffusion4j.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.diffusion4j.checkpoint.CheckpointException;
import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.decoder.unet.UnetSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecoderFoldersTest {
  private static final String DECODER =
      """
      {"_class_name": "UNet2DConditionModel", "down_block_types": ["ResnetDownsampleBlock2D"],
       "up_block_types": ["ResnetUpsampleBlock2D"], "block_out_channels": [32],
       "mid_block_type": "UNetMidBlock2DSimpleCrossAttn", "class_embed_type": "identity",
       "sample_size": 8}
      """;

  /** The two classes of diffusers have other channels by default. */
  @Test
  void channelsThatAreAbsentAreThoseOfTheClass(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("config.json"), DECODER);
    var blocks = UnetSettings.CONDITIONED.read(ComponentConfig.read(file));
    assertThat(blocks.inChannels()).isEqualTo(4);
    assertThat(blocks.outChannels()).isEqualTo(4);
    assertThatThrownBy(() -> DecoderFolders.readUnet(folder))
        .isInstanceOf(CheckpointException.class)
        .hasMessage(file + ": in_channels: 4 (expected: 3 or 7)");

    Files.writeString(
        file,
        """
        {"_class_name": "UNet2DModel", "down_block_types": ["ResnetDownsampleBlock2D"],
         "up_block_types": ["ResnetUpsampleBlock2D"], "block_out_channels": [32],
         "in_channels": 6, "sample_size": 8}
        """);
    assertThat(DecoderFolders.readUpsampler(folder).outChannels()).isEqualTo(3);
  }
}
