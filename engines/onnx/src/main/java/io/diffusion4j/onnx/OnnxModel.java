package io.diffusion4j.onnx;

import io.diffusion4j.checkpoint.AtomicFile;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.nn.Network;
import io.diffusion4j.nn.Sinusoid;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.nn.Tensor;
import io.diffusion4j.nn.TimeEmbedding;
import io.diffusion4j.onnx.Graph.Dimension;
import io.diffusion4j.onnx.GraphValue.Order;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A network with its weights as an ONNX model. Weights are read while the model is written, one
 * tensor at a time, and must stay readable until then.
 *
 * <pre>{@code
 * OnnxModel.of(Network.of(definition), weights, OnnxOptions.plain(OnnxPrecision.FLOAT32))
 *     .write(Path.of("decoder.onnx"), OnnxModel.MAX_BYTES);
 * }</pre>
 */
public final class OnnxModel {
  /** The size in bytes from which weights must be in a file of their own: the limit of protobuf. */
  public static final long MAX_BYTES = Integer.MAX_VALUE - (16L << 20);

  /** Constants below this size in bytes are always in the model itself. */
  private static final long MIN_EXTERNAL = 1024;

  /** Weights in a file of their own begin at multiples of this, so that they can be mapped. */
  private static final long ALIGNMENT = 4096;

  private static final String DATA = ".data";
  private static final String PRODUCER = "Diffusion4J";
  private static final int BUFFER = 1 << 20;

  private final String name;
  private final OnnxOptions options;
  private final Graph graph;

  private OnnxModel(String name, OnnxOptions options, Graph graph) {
    this.name = name;
    this.options = options;
    this.graph = graph;
  }

  /**
   * Translates a network, whose batch is open.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if the weights are not exactly the
   *     parameters of the network; the message lists all differences
   */
  public static OnnxModel of(Network network, TensorSource weights, OnnxOptions options) {
    return of(network, List.of(), weights, options);
  }

  /**
   * Translates a network for images of any size: sizes that differ between several definitions are
   * open.
   *
   * @param others the same network for other sizes: one that is higher, and one that is wider
   * @throws IllegalArgumentException if the definitions differ in more than sizes, such as a table
   *     of positions
   * @throws io.diffusion4j.checkpoint.CheckpointException if the weights are not exactly the
   *     parameters of the network; the message lists all differences
   */
  public static OnnxModel of(
      Network network, List<Network> others, TensorSource weights, OnnxOptions options) {
    network.requireFits(weights);
    var graph = new Graph();
    var sizes = new OpenAxes(network, others);
    var inputs = new DeclaredInputs(graph, sizes, options);
    var type = options.precision().type;
    var values = new OnnxLowering(graph, network, weights, type, sizes, inputs::declare).run();
    for (int i = 0; i < network.outputs().size(); i++) {
      Tensor output = network.outputs().get(i);
      var order = order(output, options);
      graph.output(
          values.get(output.node()).name(ElementType.FLOAT, order),
          options.name(StoredNetwork.output(i)),
          ElementType.FLOAT,
          ordered(sizes.dimensions(output), order));
    }
    return new OnnxModel(network.name(), options, graph);
  }

  private static Order order(Tensor value, OnnxOptions options) {
    return options.imagesFirst() && value.rank() == 4 ? Order.FIRST : Order.LAST;
  }

  private static List<Dimension> ordered(List<Dimension> dimensions, Order order) {
    return order == Order.LAST
        ? dimensions
        : List.of(dimensions.get(0), dimensions.get(3), dimensions.get(1), dimensions.get(2));
  }

  /** The inputs in the file. */
  private record DeclaredInputs(Graph graph, OpenAxes sizes, OnnxOptions options) {
    GraphValue declare(String own, Tensor value) {
      String name = options.name(own);
      var timestep = options.timestep().filter(time -> time.input().equals(own));
      if (timestep.isPresent()) {
        graph.input(name, ElementType.FLOAT, sizes.dimensions(value).subList(0, 1));
        return new GraphValue(
            graph, value, sinusoid(name, timestep.get().sinusoid()), ElementType.FLOAT, Order.LAST);
      }
      var order = order(value, options);
      var type = value.role() == Tensor.Role.INTEGERS ? ElementType.INT64 : ElementType.FLOAT;
      graph.input(name, type, ordered(sizes.dimensions(value), order));
      return new GraphValue(graph, value, name, type, order);
    }

    private String sinusoid(String timestep, Sinusoid form) {
      int half = form.channels() / 2;
      String frequencies =
          graph.floats(
              "frequencies",
              ElementType.FLOAT,
              new long[] {half},
              () -> TimeEmbedding.frequencies(form.channels(), form.freqShift()));
      String column = graph.add("Unsqueeze", List.of(moved(timestep, form), graph.longs(1)));
      String angles = graph.add("Mul", List.of(column, frequencies));
      String sines = graph.add("Sin", List.of(angles));
      String cosines = graph.add("Cos", List.of(angles));
      String both =
          graph.add(
              "Concat",
              form.sinesFirst() ? List.of(sines, cosines) : List.of(cosines, sines),
              Attribute.of("axis", 1L));
      return form.channels() % 2 == 0
          ? both
          : graph.add("Pad", List.of(both, graph.longs(0, 0, 0, 1)));
    }

    /** Returns the network's time input at a timestep, in double precision. */
    private String moved(String timestep, Sinusoid form) {
      if (form.scale() == 1 && form.offset() == 0) {
        return timestep;
      }
      String wide = cast(timestep, ElementType.DOUBLE);
      String shifted = graph.add("Add", List.of(wide, graph.number(form.offset())));
      String scaled = graph.add("Mul", List.of(shifted, graph.number(form.scale())));
      return cast(scaled, ElementType.FLOAT);
    }

    private String cast(String x, ElementType type) {
      return graph.add("Cast", List.of(x), Attribute.of("to", (long) type.code));
    }
  }

  /** Returns the size of all weights and constants. */
  public long weightBytes() {
    return graph.initializers().stream().mapToLong(Initializer::bytes).sum();
  }

  /**
   * Writes the model to a file. If its weights are too large for one file, they are in a second one
   * beside it, named {@code .DIGEST.data} after the name of the model. Readers open the model and
   * then the data that it names: data is written before its model, and that of an earlier model of
   * this name is deleted last, so that a process that is killed leaves the old model or the new
   * one.
   *
   * @param most the largest size in bytes of weights in the model itself, at most {@link
   *     #MAX_BYTES}
   * @return the files, the model first
   * @throws java.io.UncheckedIOException if a file cannot be written
   */
  public List<Path> write(Path file, long most) {
    Check.that(most >= 0 && most <= MAX_BYTES, "most", most, "from 0 to %s", MAX_BYTES);
    List<Path> files = new ArrayList<>(List.of(file));
    List<Message> tensors = new ArrayList<>();
    if (weightBytes() <= most) {
      graph.initializers().forEach(constant -> tensors.add(constant.inline()));
    } else {
      Path data = file.resolveSibling(file.getFileName() + "." + digest() + DATA);
      AtomicFile.write(data, channel -> write(channel, out -> writeExternal(out, data, tensors)));
      files.add(data);
    }
    var model = model(tensors);
    AtomicFile.write(file, channel -> write(channel, model::writeTo));
    deleteData(file, files);
    return files;
  }

  /** Returns a digest of the weights that are in a file of their own. */
  private String digest() {
    var digest = Sha256.start();
    try (var out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      for (Initializer constant : graph.initializers()) {
        if (constant.bytes() >= MIN_EXTERNAL) {
          constant.values().writeTo(out);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the weights of " + name + ": " + e, e);
    }
    return HexFormat.of().formatHex(digest.digest(), 0, 8);
  }

  /** Deletes the data of earlier models of a name, except for the given files. */
  private static void deleteData(Path file, List<Path> kept) {
    var names =
        Pattern.compile(
            Pattern.quote(String.valueOf(file.getFileName())) + "(\\.[0-9a-f]{16})?" + DATA);
    try (Stream<Path> all = Files.list(file.toAbsolutePath().resolveSibling("."))) {
      for (Path other : all.toList()) {
        Path sibling = file.resolveSibling(other.getFileName());
        if (names.matcher(sibling.getFileName().toString()).matches() && !kept.contains(sibling)) {
          Files.delete(sibling);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete old data of " + file + ": " + e, e);
    }
  }

  private void writeExternal(OutputStream out, Path data, List<Message> tensors)
      throws IOException {
    long at = 0;
    for (Initializer constant : graph.initializers()) {
      if (constant.bytes() < MIN_EXTERNAL) {
        tensors.add(constant.inline());
        continue;
      }
      long begin = (at + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
      out.write(new byte[Math.toIntExact(begin - at)]);
      constant.values().writeTo(out);
      tensors.add(constant.external(String.valueOf(data.getFileName()), begin));
      at = begin + constant.bytes();
    }
  }

  private static void write(FileChannel channel, Message.Source content) throws IOException {
    var out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
    content.writeTo(out);
    out.flush();
  }

  private Message model(List<Message> tensors) {
    var precision = options.precision();
    var model = new Message().number(1, precision.format).text(2, PRODUCER);
    String version = OnnxModel.class.getPackage().getImplementationVersion();
    if (version != null) { // a class path of folders has none
      model.text(3, version);
    }
    model
        .message(7, graph.message(name, tensors))
        .message(8, new Message().text(1, "").number(2, precision.operators));
    for (Map.Entry<String, String> property : options.metadata().entrySet()) {
      model.message(14, Initializer.entry(property.getKey(), property.getValue()));
    }
    return model;
  }
}
