package io.diffusion4j.benchmarks.training;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.diffusion4j.benchmarks.report.JavaProcess;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code bench data}: measures how fast pictures are read, and whether memory grows with their
 * number.
 */
@Command(
    name = "data",
    description = {
      "Write a tar shard of generated JPEGs to a temporary folder, and read it for "
          + "several epochs, as training does. The reading process has a fixed heap "
          + "size; its first epoch decodes the pictures, the others read cached crops. "
          + "It prints the speed and the CPU time per picture, and the resident memory "
          + "after each tenth of an epoch. A second process opens the shard again, with "
          + "the cached index."
    })
public final class DataBench implements Callable<Integer> {
  private static final List<String> FIXED_HEAP =
      List.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch");

  @Option(
      names = "--pictures",
      paramLabel = "N",
      defaultValue = "100000",
      description = "The number of pictures in the shard. Default: ${DEFAULT-VALUE}")
  private int pictures;

  @Option(
      names = "--side",
      paramLabel = "N",
      defaultValue = "128",
      description = "The width and height of a picture, in pixels. Default: ${DEFAULT-VALUE}")
  private int side;

  @Option(
      names = "--trained",
      paramLabel = "N",
      defaultValue = "64",
      description = "The training resolution, in pixels. Default: ${DEFAULT-VALUE}")
  private int trained;

  @Option(
      names = "--data-threads",
      paramLabel = "N",
      description =
          "The number of threads that decode pictures. Default: one less than the "
              + "number of processors")
  private int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);

  @Override
  public Integer call() throws IOException, InterruptedException {
    Check.that(pictures >= 10, "pictures", pictures, "≥ 10");
    Check.between("side", side, 1, 4096);
    Check.between("trained", trained, 1, 4096);
    Path folder = Files.createTempDirectory("diffusion4j-data");
    try {
      Path shard = folder.resolve("00000.tar");
      GeneratedShard.write(shard, pictures, side);
      int status = run(folder, shard, 2);
      return status == 0 ? run(folder, shard, 0) : status;
    } finally {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  private int run(Path folder, Path shard, int epochs) throws IOException, InterruptedException {
    List<String> arguments =
        List.of(
            shard.toString(),
            Integer.toString(trained),
            Integer.toString(threads),
            Integer.toString(epochs));
    var process = JavaProcess.of(FIXED_HEAP, EpochProcess.class, arguments).inheritIO();
    process
        .environment()
        .put("XDG_CACHE_HOME", folder.toString()); // the index is deleted with the shard
    return process.start().waitFor();
  }
}
