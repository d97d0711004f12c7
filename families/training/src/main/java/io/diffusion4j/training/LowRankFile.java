package io.diffusion4j.training;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.checkpoint.DType;
import io.diffusion4j.checkpoint.SafetensorsFile;
import io.diffusion4j.checkpoint.SafetensorsWriter;
import io.diffusion4j.checkpoint.TensorMap;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.train.LowRank;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A file of low-rank updates in the format of peft and diffusers: {@code LAYER.lora_A.weight} and
 * {@code LAYER.lora_B.weight}, with rank and alpha among the notes. Those of several networks have
 * different prefixes.
 */
public record LowRankFile(Path path) {
  /** The name of the file in a folder, from diffusers. */
  static final String NAME = "pytorch_lora_weights.safetensors";

  private static final String ADAPTER = "lora_adapter_metadata";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Returns the file of a folder. */
  public static LowRankFile in(Path folder) {
    return new LowRankFile(folder.resolve(NAME));
  }

  /** Returns the metadata of the file; empty if there is no file. */
  public Map<String, String> notes() {
    if (!Files.exists(path)) {
      return Map.of();
    }
    try (var there = SafetensorsFile.open(path)) {
      return there.metadata();
    }
  }

  /**
   * Writes the updates among some weights.
   *
   * @param prefix the prefix of the network's keys, which is removed
   * @param stored the prefix of keys and settings that is written in its place
   */
  public void write(
      LowRank updates,
      TensorSource weights,
      String prefix,
      String stored,
      Map<String, String> notes) {
    write(updates, weights, prefix, stored, notes, new TensorMap());
  }

  /** Writes the updates beside those with other prefixes that the file has. */
  public void add(LowRank updates, TensorSource weights, String stored, Map<String, String> notes) {
    if (!Files.exists(path)) {
      write(updates, weights, "", stored, notes);
      return;
    }
    try (var there = SafetensorsFile.open(path)) {
      var kept = new TensorMap(path, there.metadata());
      there.names().stream()
          .filter(name -> !name.startsWith(stored))
          .forEach(name -> kept.put(name, there.shape(name), there.read(name)));
      write(updates, weights, "", stored, notes, kept);
    }
  }

  private void write(
      LowRank updates,
      TensorSource weights,
      String prefix,
      String stored,
      Map<String, String> notes,
      TensorMap kept) {
    Map<String, String> all = new HashMap<>(kept.metadata());
    all.putAll(notes);
    all.put(ADAPTER, settings(updates, stored, kept.metadata().getOrDefault(ADAPTER, "{}")));
    var writer = new SafetensorsWriter().notes(all).withChecksum();
    writer.copyAll(kept, Optional.of(DType.F32));
    for (String name : weights.names()) {
      boolean isUpdate = name.endsWith(LowRank.A) || name.endsWith(LowRank.B);
      if (isUpdate && name.startsWith(prefix)) {
        String key = stored + name.substring(prefix.length());
        writer.floats(key, DType.F32, weights.shape(name), () -> weights.read(name));
      }
    }
    Components.made(path.resolveSibling(""));
    writer.write(path);
  }

  private static String settings(LowRank updates, String stored, String kept) {
    try {
      var all = JSON.readValue(kept, ObjectNode.class);
      all.put(stored + "r", updates.rank()).put(stored + "lora_alpha", updates.alpha());
      all.put(stored + "peft_type", "LORA");
      all.put(stored + "use_rslora", false).put(stored + "use_dora", false);
      updates.targets().patterns().forEach(all.putArray(stored + "target_modules")::add);
      return all.toString();
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(ADAPTER + ": " + kept + " (expected: JSON)", e);
    }
  }
}
