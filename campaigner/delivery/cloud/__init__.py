"""SMS through the public clouds of Aliyun and Tencent, each by its own SDK: template and parameters, not texts."""
