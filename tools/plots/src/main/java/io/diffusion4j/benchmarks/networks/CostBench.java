package io.diffusion4j.benchmarks.networks;

import io.diffusion4j.benchmarks.report.ModelOption;
import io.diffusion4j.benchmarks.report.Table;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.UpsamplerModel;
import io.diffusion4j.kandinsky.KandinskyConfig;
import io.diffusion4j.nn.NetworkDefinition;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.prior.PriorModel;
import io.diffusion4j.prior.PriorTransformer;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code bench cost}: counts the operations of a call of each network, without timing it. */
@Command(
    name = "cost",
    description = {
      "Count the cost of one sample in each network of a model, in the decoders S "
          + "and M, and in Kandinsky 2.2's U-Net and autoencoder at three sizes. The "
          + "columns are: multiply-adds of convolutions and linear layers, multiply-adds "
          + "of attention, bytes read and written in bfloat16, trainable parameters, and "
          + "graph nodes.",
      "No weights are read, and no network is run."
    })
public final class CostBench implements Callable<Integer> {
  private static final String NAME = "%-18s";
  private static final String CELL = " %11s";

  /** Height and width of pictures. */
  private static final int[] KANDINSKY_SIDES = {512, 768, 1024};

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private ModelOption model = new ModelOption();

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Table.line(
        out,
        NAME.formatted(""),
        CELL,
        Stream.of("GFLOP", "attention", "MB", "parameters", "operations"));
    networks().forEach((name, network) -> print(out, name, network));
    return 0;
  }

  private Map<String, NetworkDefinition> networks() {
    var folder = ModelFolder.open(model.folder());
    folder.require("text_encoder", "prior", "decoder", "text_proj", "super_res_first");
    Map<String, NetworkDefinition> networks = new LinkedHashMap<>();
    networks.put("text encoder", ClipFolders.readText(folder.folder("text_encoder")));
    networks.put("prior", new PriorTransformer(PriorModel.readConfig(folder.folder("prior"))));
    networks.put("decoder", DecoderSubject.of(model.folder()).network());
    networks.put(
        "upsampler",
        UpsamplerModel.network(DecoderFolders.readUpsampler(folder.folder("super_res_first"))));
    networks.put("decoder S", DecoderSubject.small().network());
    networks.put("decoder M", DecoderSubject.medium().network());
    var kandinsky = KandinskyConfig.kandinsky22();
    for (int side : KANDINSKY_SIDES) {
      int latent = side / kandinsky.movq().factor();
      networks.put("Kandinsky " + side, kandinsky.unet().denoiser(latent, latent, false));
      networks.put("its MoVQ " + side, kandinsky.movq().decoder(latent, latent));
    }
    return networks;
  }

  private static void print(PrintWriter out, String name, NetworkDefinition network) {
    var cost = NetworkCost.of(network, Precision.BFLOAT16);
    Table.line(
        out,
        NAME.formatted(name),
        CELL,
        Stream.of(
            "%.3f".formatted(1e-9 * cost.flops()),
            "%.3f".formatted(1e-9 * cost.attentionFlops()),
            "%.1f".formatted(1e-6 * cost.bytes()),
            cost.parameters(),
            cost.operations()));
  }
}
