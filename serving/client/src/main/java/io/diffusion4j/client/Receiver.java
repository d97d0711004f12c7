package io.diffusion4j.client;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.protobuf.ByteString;
import io.diffusion4j.client.Generation.Picture;
import io.diffusion4j.client.GenerationClient.ProgressListener;
import io.diffusion4j.serving.v1.Accepted;
import io.diffusion4j.serving.v1.Finished;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.ImageChunk;
import io.diffusion4j.serving.v1.ImageMetadata;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Assembles a response from one message or from the events of a stream, and checks that nothing is
 * missing or damaged.
 */
final class Receiver {
  private final String server;
  private final Map<Integer, ByteString> chunks = new HashMap<>();
  private final List<Picture> pictures = new ArrayList<>();
  private Accepted accepted = Accepted.getDefaultInstance();

  Receiver(String server) {
    this.server = server;
  }

  Generation receive(GenerateImagesResponse answer) {
    answer.getImagesList().forEach(image -> complete(image.getMetadata(), image.getData()));
    return new Generation(
        answer.getRequestId(),
        answer.getPlan(),
        pictures,
        answer.getFailuresList(),
        answer.getWarningsList(),
        answer.getUsage());
  }

  Generation receive(Iterator<StreamGenerateImagesResponse> events, ProgressListener listener) {
    while (events.hasNext()) {
      StreamGenerateImagesResponse event = events.next();
      switch (event.getEventCase()) {
        case ACCEPTED -> accepted = event.getAccepted();
        case PROGRESS -> listener.onProgress(event.getProgress());
        case PREVIEW -> listener.onPreview(event.getPreview());
        case IMAGE_CHUNK -> append(event.getImageChunk());
        case IMAGE_DONE -> {
          ImageMetadata metadata = event.getImageDone().getMetadata();
          complete(metadata, chunks.remove(metadata.getIndex()));
        }
        case FINISHED -> {
          Finished finished = event.getFinished();
          return new Generation(
              accepted.getRequestId(),
              accepted.getPlan(),
              pictures,
              finished.getFailuresList(),
              accepted.getWarningsList(),
              finished.getUsage());
        }
        case STARTED, EVENT_NOT_SET -> {} // the last: an event of a later version
      }
    }
    throw damaged("the stream ended early (expected: a finished event)");
  }

  private void append(ImageChunk chunk) {
    ByteString before = chunks.getOrDefault(chunk.getImageIndex(), ByteString.EMPTY);
    if (chunk.getOffset() != before.size()) {
      throw damaged("offset: " + chunk.getOffset() + " (expected: " + before.size() + ")");
    }
    int crc = hash(Hashing.crc32c().newHasher(), chunk.getData()).asInt();
    if (crc != chunk.getCrc32C()) {
      throw damaged("crc32c: " + chunk.getCrc32C() + " (expected: " + crc + ")");
    }
    chunks.put(chunk.getImageIndex(), before.concat(chunk.getData()));
  }

  private void complete(ImageMetadata metadata, @Nullable ByteString image) {
    if (metadata.hasRefusal()) {
      pictures.add(new Picture(metadata, new byte[0]));
      return;
    }
    if (image == null || image.size() != metadata.getSizeBytes()) {
      throw damaged(
          "image "
              + metadata.getIndex()
              + ": "
              + (image == null ? 0 : image.size())
              + " bytes (expected: "
              + metadata.getSizeBytes()
              + ")");
    }
    ByteString sha256 = ByteString.copyFrom(hash(Hashing.sha256().newHasher(), image).asBytes());
    if (!sha256.equals(metadata.getSha256())) {
      throw damaged("image " + metadata.getIndex() + ": damaged (expected: its SHA-256)");
    }
    pictures.add(new Picture(metadata, image.toByteArray()));
  }

  private static HashCode hash(Hasher hasher, ByteString bytes) {
    bytes.asReadOnlyByteBufferList().forEach(hasher::putBytes);
    return hasher.hash();
  }

  private GenerationException damaged(String what) {
    return new GenerationException(Status.Code.DATA_LOSS, server + ": " + what);
  }
}
