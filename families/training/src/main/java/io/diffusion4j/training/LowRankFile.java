package io.diffusion4j.training;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.train.LowRank;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes low-rank updates in the format of peft and diffusers: {@code LAYER.lora_A.weight} and
 * {@code LAYER.lora_B.weight}, with rank and alpha among the notes.
 */
public final class LowRankFile {
  /** The name of the file in a folder, from diffusers. */
  public static final String NAME = "pytorch_lora_weights.safetensors";

  private static final String ADAPTER = "lora_adapter_metadata";

  private LowRankFile() {}

  /**
   * Writes the updates among some weights.
   *
   * @param prefix the prefix of the network's keys, which is removed
   */
  public static void write(
      Path folder,
      LowRank updates,
      TensorSource weights,
      String prefix,
      Map<String, String> notes) {
    try {
      Files.createDirectories(folder);
      var adapter = new ObjectMapper().createObjectNode();
      adapter.put("r", updates.rank()).put("lora_alpha", updates.alpha());
      adapter.put("peft_type", "LORA").put("use_rslora", false).put("use_dora", false);
      updates.targets().patterns().forEach(adapter.putArray("target_modules")::add);
      var writer =
          new SafetensorsWriter().withChecksum().notes(notes).note(ADAPTER, adapter.toString());
      for (String name : weights.names()) {
        boolean isUpdate = name.endsWith(LowRank.A) || name.endsWith(LowRank.B);
        if (isUpdate && name.startsWith(prefix)) {
          String key = name.substring(prefix.length());
          writer.floats(key, DType.F32, weights.shape(name), () -> weights.read(name));
        }
      }
      writer.write(folder.resolve(NAME));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the folder " + folder + ": " + e, e);
    }
  }
}
