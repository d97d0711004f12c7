package io.diffusion4j.benchmarks.peers;

import io.diffusion4j.checkpoint.AtomicFile;
import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.nn.Network;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A network as a TorchScript archive. Weights are read while the archive is written. */
public final class TorchScript {
  /** The folder of all entries; readers accept any name. */
  private static final String FOLDER = "network/";

  private static final String MODULE = "__torch__";

  /** The version of the operators, PyTorch 1.12 and newer. */
  private static final String VERSION = "10\n";

  private static final int BUFFER = 1 << 20;

  private final Translation translation;

  private TorchScript(Translation translation) {
    this.translation = translation;
  }

  /**
   * Translates a network.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if the weights are not exactly the
   *     parameters of the network; the message lists all differences
   */
  public static TorchScript of(Network network, TensorSource weights, TorchPrecision precision) {
    network.requireFits(weights);
    return new TorchScript(Translation.of(network, weights, precision.type));
  }

  /**
   * Writes the archive.
   *
   * @throws java.io.UncheckedIOException if it cannot be written
   */
  public void write(Path file) {
    AtomicFile.write(
        file,
        channel -> {
          var out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER);
          var zip = new ZipOutputStream(out);
          text(zip, "version", VERSION);
          text(zip, "byteorder", "little");
          text(zip, "code/" + MODULE + ".py", translation.code());
          entry(zip, "constants.pkl", new PickleWriter().emptyTuple().end());
          entry(zip, "data.pkl", object());
          for (int i = 0; i < translation.tensors().size(); i++) {
            entry(zip, "data/" + i, translation.tensors().get(i).bytes());
          }
          zip.finish();
          out.flush();
        });
  }

  /** Returns the object of the network's class, with its tensors as attributes. */
  private byte[] object() {
    var pickle = new PickleWriter().global(MODULE, Translation.CLASS).emptyTuple().newObject();
    pickle.emptyDictionary().begin();
    pickle.text(Translation.TRAINING).bool(false);
    for (int i = 0; i < translation.tensors().size(); i++) {
      PeerTensor tensor = translation.tensors().get(i);
      pickle.text(tensor.name()).global("torch._utils", "_rebuild_tensor_v2").begin();
      pickle.begin().text("storage").global("torch", tensor.type().storage);
      pickle.text(String.valueOf(i)).text("cpu").integer(tensor.size()).tuple().persistent();
      pickle.integer(0).integers(tensor.shape()).integers(tensor.strides()).bool(false);
      pickle.global("collections", "OrderedDict").emptyTuple().call().tuple().call();
    }
    return pickle.entries().build().end();
  }

  private static void text(ZipOutputStream zip, String name, String content) throws IOException {
    entry(zip, name, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Stores an entry without compression, as the reader expects it. */
  private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
    var sum = new CRC32();
    sum.update(content);
    var entry = new ZipEntry(FOLDER + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(sum.getValue());
    entry.setTime(0); // the same network gives the same bytes
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }
}
