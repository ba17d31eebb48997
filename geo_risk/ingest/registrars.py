"""Where a credit code was issued: the province in its third and fourth character (GB/T 2260).

Used for one thing only: where a map begins of which no coordinates are known. Capitals in degrees
WGS-84, to a tenth; public knowledge.
"""

from __future__ import annotations

from typing import NamedTuple


class Province(NamedTuple):
    """A province's capital and where it is, degrees."""

    capital: str
    capital_zh: str
    lon: float
    lat: float


PROVINCES: dict[str, Province] = {
    "11": Province("Beijing", "北京", 116.4, 39.9),
    "12": Province("Tianjin", "天津", 117.2, 39.1),
    "13": Province("Shijiazhuang", "石家庄", 114.5, 38.0),
    "14": Province("Taiyuan", "太原", 112.5, 37.9),
    "15": Province("Hohhot", "呼和浩特", 111.7, 40.8),
    "21": Province("Shenyang", "沈阳", 123.4, 41.8),
    "22": Province("Changchun", "长春", 125.3, 43.9),
    "23": Province("Harbin", "哈尔滨", 126.6, 45.8),
    "31": Province("Shanghai", "上海", 121.5, 31.2),
    "32": Province("Nanjing", "南京", 118.8, 32.1),
    "33": Province("Hangzhou", "杭州", 120.2, 30.3),
    "34": Province("Hefei", "合肥", 117.3, 31.8),
    "35": Province("Fuzhou", "福州", 119.3, 26.1),
    "36": Province("Nanchang", "南昌", 115.9, 28.7),
    "37": Province("Jinan", "济南", 117.0, 36.7),
    "41": Province("Zhengzhou", "郑州", 113.6, 34.7),
    "42": Province("Wuhan", "武汉", 114.3, 30.6),
    "43": Province("Changsha", "长沙", 113.0, 28.2),
    "44": Province("Guangzhou", "广州", 113.3, 23.1),
    "45": Province("Nanning", "南宁", 108.4, 22.8),
    "46": Province("Haikou", "海口", 110.3, 20.0),
    "50": Province("Chongqing", "重庆", 106.5, 29.6),
    "51": Province("Chengdu", "成都", 104.1, 30.7),
    "52": Province("Guiyang", "贵阳", 106.7, 26.6),
    "53": Province("Kunming", "昆明", 102.7, 25.0),
    "54": Province("Lhasa", "拉萨", 91.1, 29.7),
    "61": Province("Xi'an", "西安", 108.9, 34.3),
    "62": Province("Lanzhou", "兰州", 103.8, 36.1),
    "63": Province("Xining", "西宁", 101.8, 36.6),
    "64": Province("Yinchuan", "银川", 106.3, 38.5),
    "65": Province("Ürümqi", "乌鲁木齐", 87.6, 43.8),
}
