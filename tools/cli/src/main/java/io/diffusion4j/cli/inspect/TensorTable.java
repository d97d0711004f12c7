package io.diffusion4j.cli.inspect;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.checkpoint.TensorInfo;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;

/** The tensors and notes of a file of weights as text and as JSON. */
final class TensorTable {
  private TensorTable() {}

  static void print(Checkpoint file, PrintWriter out) {
    out.printf("%-8s %15s  %-24s %s%n", "dtype", "parameters", "shape", "name");
    long all = 0;
    for (String name : file.names()) {
      TensorInfo info = file.info(name);
      all += info.size();
      String strides = file.strides(name).map(s -> " strides " + Arrays.toString(s)).orElse("");
      out.printf(
          Locale.ROOT,
          "%-8s %,15d  %-24s %s%n",
          info.dtype(),
          info.size(),
          Arrays.toString(info.shape()),
          name + strides);
    }
    out.printf(Locale.ROOT, "%-8s %,15d  %d tensors%n", "all", all, file.names().size());
    file.metadata().forEach((key, value) -> out.println(key + ": " + value));
  }

  static String json(Checkpoint file) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("file", file.path().toString());
    ObjectNode tensors = root.putObject("tensors");
    for (String name : file.names()) {
      TensorInfo info = file.info(name);
      ObjectNode tensor = tensors.putObject(name).put("dtype", info.dtype().name());
      var shape = tensor.putArray("shape");
      Arrays.stream(info.shape()).forEach(shape::add);
      file.strides(name)
          .ifPresent(
              strides -> {
                var array = tensor.putArray("strides");
                Arrays.stream(strides).forEach(array::add);
              });
    }
    ObjectNode notes = root.putObject("metadata");
    file.metadata().forEach(notes::put);
    return root.toPrettyString();
  }
}
