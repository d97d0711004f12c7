package io.diffusion4j.distributed;

import static org.tensorflow.internal.c_api.global.tensorflow.TFE_AbortCollectiveOps;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_ContextOptionsSetConfig;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_DeleteContextOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_DeleteOp;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_DeleteTensorHandle;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_EnableCollectiveOps;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_Execute;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_NewContext;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_NewContextOptions;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_NewOp;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_NewTensorHandle;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_OpAddInput;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_OpAddInputList;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_OpSetAttrFloat;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_OpSetAttrInt;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_OpSetAttrString;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_OpSetAttrType;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_OpSetDevice;
import static org.tensorflow.internal.c_api.global.tensorflow.TFE_TensorHandleResolve;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_AllocateTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteStatus;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_DeleteTensor;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_GetCode;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_Message;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_NewStatus;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_SetStatus;
import static org.tensorflow.internal.c_api.global.tensorflow.TF_TensorData;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.tensorflow.internal.c_api.TFE_Context;
import org.tensorflow.internal.c_api.TFE_Op;
import org.tensorflow.internal.c_api.TFE_TensorHandle;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.TF_Tensor;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.ClusterDef;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.JobDef;
import org.tensorflow.proto.ServerDef;

/**
 * TensorFlow's eager context with a server for collectives. Sessions are no alternative: they
 * number their runs at random with 32 bits, and a worker refuses a number that it has seen before.
 *
 * <p>The context lives as long as the process: TensorFlow cannot stop its server.
 */
final class Eager {
  private static final String JOB = "worker";
  private static final int FLOAT = DataType.DT_FLOAT_VALUE;
  private static final int INT32 = DataType.DT_INT32_VALUE;

  static {
    Loader.load(tensorflow.class); // brings along what pointers need
  }

  private static final BytePointer ADD = new BytePointer("Add");
  private static final BytePointer IDENTITY = new BytePointer("Id");
  private static final BytePointer RING = new BytePointer("ring");

  private final TFE_Context context;
  private final String device;

  /** An operation failed in TensorFlow. */
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** TensorFlow's code of an invalid argument. */
    private static final int INVALID_ARGUMENT = 3;

    private final int code;
    private final String reason;

    Failure(int code, String reason) {
      super(reason);
      this.code = code;
      this.reason = reason;
    }

    /** TensorFlow's message. */
    String reason() {
      return reason;
    }

    /** Whether processes disagree on the sum to compute. */
    boolean isInvalid() {
      return code == INVALID_ARGUMENT;
    }
  }

  /**
   * Starts the server of this process.
   *
   * @throws Failure if the port cannot be used
   */
  Eager(ClusterSpec cluster) {
    var config =
        ConfigProto.newBuilder()
            .setExperimental(
                ConfigProto.Experimental.newBuilder()
                    .setCollectiveGroupLeader("/job:" + JOB + "/replica:0/task:0"))
            .build();
    var job = JobDef.newBuilder().setName(JOB);
    for (int i = 0; i < cluster.size(); i++) {
      job.putTasks(i, cluster.addresses().get(i));
    }
    byte[] server =
        ServerDef.newBuilder()
            .setCluster(ClusterDef.newBuilder().addJob(job))
            .setJobName(JOB)
            .setTaskIndex(cluster.rank())
            .setProtocol("grpc")
            .setDefaultSessionConfig(config)
            .build()
            .toByteArray();
    byte[] bytes = config.toByteArray();
    var status = TF_NewStatus();
    var options = TFE_NewContextOptions();
    try (var configured = new BytePointer(bytes);
        var served = new BytePointer(server)) {
      TFE_ContextOptionsSetConfig(options, configured, bytes.length, status);
      check(status);
      context = TFE_NewContext(options, status);
      check(status);
      TFE_EnableCollectiveOps(context, served, server.length, status);
      check(status);
    } finally {
      TFE_DeleteContextOptions(options);
      TF_DeleteStatus(status);
    }
    device = "/job:" + JOB + "/replica:0/task:" + cluster.rank() + "/device:CPU:0";
  }

  private static void check(TF_Status status) {
    int code = TF_GetCode(status);
    if (code != 0) {
      throw new Failure(code, TF_Message(status).getString());
    }
  }

  /** Ends all current and later collectives. */
  void abort(String reason) {
    var status = TF_NewStatus();
    try (var message = new BytePointer(reason)) {
      TF_SetStatus(status, 4, message); // DEADLINE_EXCEEDED
      TFE_AbortCollectiveOps(context, status);
    } finally {
      TF_DeleteStatus(status);
    }
  }

  /** Returns an integer operand of an operation, with the lifetime of the process. */
  TFE_TensorHandle scalar(int value) {
    return integers(new long[0], value);
  }

  /** Returns an operand with a single element. */
  private static TFE_TensorHandle integers(long[] shape, int value) {
    var tensor = TF_AllocateTensor(INT32, shape, shape.length, Integer.BYTES);
    new BytePointer(TF_TensorData(tensor))
        .capacity(Integer.BYTES)
        .asByteBuffer()
        .order(ByteOrder.nativeOrder())
        .putInt(0, value);
    var handle = handle(tensor);
    TF_DeleteTensor(tensor);
    return handle;
  }

  private static TFE_TensorHandle handle(TF_Tensor tensor) {
    var status = TF_NewStatus();
    try {
      var handle = TFE_NewTensorHandle(tensor, status);
      check(status);
      return handle;
    } finally {
      TF_DeleteStatus(status);
    }
  }

  /** Numbers of 32 bits in native memory. */
  static final class Numbers implements AutoCloseable {
    private final TF_Tensor tensor;
    private final FloatBuffer floats;
    private final IntBuffer bits;

    private Numbers(TF_Tensor tensor, int count) {
      this.tensor = tensor;
      var bytes =
          new BytePointer(TF_TensorData(tensor))
              .capacity((long) Float.BYTES * count)
              .asByteBuffer()
              .order(ByteOrder.nativeOrder());
      floats = bytes.asFloatBuffer();
      bits = bytes.asIntBuffer();
    }

    static Numbers allocate(int count) {
      return new Numbers(
          TF_AllocateTensor(FLOAT, new long[] {count}, 1, (long) Float.BYTES * count), count);
    }

    FloatBuffer floats() {
      return floats;
    }

    /** Returns the bits of the numbers. */
    IntBuffer bits() {
      return bits;
    }

    @Override
    public void close() {
      TF_DeleteTensor(tensor);
    }
  }

  /**
   * The key of a sum, the same in all processes.
   *
   * @param size the number of members
   * @param group names the members
   * @param instance names the numbers
   */
  record Keys(TFE_TensorHandle size, TFE_TensorHandle group, TFE_TensorHandle instance) {}

  /** Returns the shape of a vector as an operand, with the lifetime of the process. */
  TFE_TensorHandle shape(int count) {
    return integers(new long[] {1}, count);
  }

  /**
   * Sums over the members of a group.
   *
   * @throws Failure if one is lost, or has other numbers
   */
  Numbers sum(Numbers summand, int count, Keys keys) {
    return execute(
        "CollectiveReduceV2",
        Optional.of(summand),
        List.of(keys.size, keys.group, keys.instance),
        count,
        (op, status) -> {
          TFE_OpSetAttrString(op, "merge_op", ADD, ADD.limit());
          TFE_OpSetAttrString(op, "final_op", IDENTITY, IDENTITY.limit());
          overRing(op, status);
        });
  }

  private static void overRing(TFE_Op op, TF_Status status) {
    TFE_OpSetAttrString(op, "communication_hint", RING, RING.limit());
    TFE_OpSetAttrInt(op, "Nordering_token", 0);
    TFE_OpAddInputList(op, new PointerPointer<TFE_TensorHandle>(0L), 0, status);
  }

  /**
   * Hands the numbers of each member of a group to all.
   *
   * @return the numbers of the members, in an order that is the same in all
   * @throws Failure if one is lost, or has another count
   */
  Numbers gather(Numbers own, int count, int members, Keys keys) {
    return execute(
        "CollectiveGatherV2",
        Optional.of(own),
        List.of(keys.size, keys.group, keys.instance),
        Math.multiplyExact(count, members),
        Eager::overRing);
  }

  /**
   * Sends numbers to the other members of a group, which {@link #receive} them.
   *
   * @throws Failure if one is lost
   */
  void send(Numbers numbers, int count, Keys keys) {
    execute(
            "CollectiveBcastSendV2",
            Optional.of(numbers),
            List.of(keys.size, keys.group, keys.instance),
            count,
            (op, status) -> {})
        .close();
  }

  /**
   * Receives the numbers that a member of a group {@linkplain #send sends}.
   *
   * @param shape the {@link #shape} of the numbers
   * @throws Failure if a member is lost
   */
  Numbers receive(int count, TFE_TensorHandle shape, Keys keys) {
    return execute(
        "CollectiveBcastRecvV2",
        Optional.empty(),
        List.of(keys.size, keys.group, keys.instance, shape),
        count,
        (op, status) -> TFE_OpSetAttrType(op, "Tshape", INT32));
  }

  /** Completes an operation, after its type, device, time limit and common operands. */
  @FunctionalInterface
  private interface Completion {
    void complete(TFE_Op op, TF_Status status);
  }

  private Numbers execute(
      String name,
      Optional<Numbers> numbers,
      List<TFE_TensorHandle> operands,
      int count,
      Completion completion) {
    var status = TF_NewStatus();
    TFE_Op op = new TFE_Op();
    TFE_TensorHandle in = new TFE_TensorHandle();
    TFE_TensorHandle out = new TFE_TensorHandle();
    var scope = new PointerScope();
    try {
      op = TFE_NewOp(context, name, status);
      check(status);
      TFE_OpSetDevice(op, device, status);
      TFE_OpSetAttrType(op, "T", FLOAT);
      TFE_OpSetAttrFloat(op, "timeout_seconds", 0);
      if (numbers.isPresent()) {
        in = TFE_NewTensorHandle(numbers.get().tensor, status);
        check(status);
        TFE_OpAddInput(op, in, status);
      }
      for (TFE_TensorHandle operand : operands) {
        TFE_OpAddInput(op, operand, status);
      }
      completion.complete(op, status);
      check(status);
      var outputs = new PointerPointer<TFE_TensorHandle>(1L);
      TFE_Execute(op, outputs, new IntPointer(1L).put(0, 1), status);
      check(status);
      out = outputs.get(TFE_TensorHandle.class, 0);
      var tensor = TFE_TensorHandleResolve(out, status);
      check(status);
      return new Numbers(tensor, count);
    } finally {
      scope.close();
      if (!out.isNull()) {
        TFE_DeleteTensorHandle(out);
      }
      if (!op.isNull()) {
        TFE_DeleteOp(op);
      }
      if (!in.isNull()) {
        TFE_DeleteTensorHandle(in);
      }
      TF_DeleteStatus(status);
    }
  }
}
