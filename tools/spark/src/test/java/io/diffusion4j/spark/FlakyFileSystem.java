package io.diffusion4j.spark;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.util.Progressable;

/** The local file system under the scheme {@code flaky}, where the third PNG file fails once. */
public final class FlakyFileSystem extends RawLocalFileSystem {
  static final AtomicInteger CREATED = new AtomicInteger();

  @Override
  public URI getUri() {
    return URI.create("flaky:///");
  }

  @Override
  public String getScheme() {
    return "flaky";
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    if (path.getName().contains(".png") && CREATED.incrementAndGet() == 3) {
      throw new IOException("the disk is away for a moment");
    }
    return super.create(path, overwrite, bufferSize, replication, blockSize, progress);
  }
}
